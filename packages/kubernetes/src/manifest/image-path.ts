import { isJsonObject } from '../json.ts'
import type { Json } from '../json.ts'
import { groupOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/** Where objects of a kind that is not Kubernetes' own name an image. */
export interface ImagePath {
  readonly kind: string
  /** The API group; undefined for any. */
  readonly group: string | undefined
  /** Names of fields; `*` stands for every item of a list. */
  readonly steps: readonly string[]
  /** As it was given. */
  readonly text: string
}

/** How an image path is written. */
export const imagePathExpectation =
  'Kind:path or Kind.group:path, such as Rollout.argoproj.io:spec.template.spec.containers[*].image'

const grammar =
  /^([A-Z][A-Za-z0-9]*)(?:\.([a-z0-9][a-z0-9.-]*))?:((?:[A-Za-z0-9_-]+(?:\[\*\])?)(?:\.[A-Za-z0-9_-]+(?:\[\*\])?)*)$/

/** Reads an image path; undefined when it is none. */
export function parseImagePath(text: string): ImagePath | undefined {
  const match = grammar.exec(text)
  const [, kind, group, path] = match ?? []
  if (kind === undefined || path === undefined) return undefined
  const steps = path.split('.').flatMap((step) => {
    const name = step.replace('[*]', '')
    return name === step ? [name] : [name, '*']
  })
  return { kind, group, steps, text }
}

/** An object with the image at the path, or undefined where the object has no such place. */
export function putAtPath(
  object: KubernetesObject,
  { kind, group, steps }: ImagePath,
  image: string,
): KubernetesObject | undefined {
  if (object.kind !== kind) return undefined
  if (group !== undefined && group !== groupOf(object.apiVersion)) return undefined
  const changed = replaceAt(object, steps, image)
  return isJsonObject(changed) ? { ...object, ...changed } : undefined
}

/** The value with the text at a path replaced; undefined when there is no text at the path. */
function replaceAt(
  value: Json | undefined,
  steps: readonly string[],
  text: string,
): Json | undefined {
  const [step, ...rest] = steps
  if (step === undefined) return typeof value === 'string' ? text : undefined
  if (step === '*') {
    if (!Array.isArray(value)) return undefined
    const items = value.map((item: Json) => replaceAt(item, rest, text))
    if (items.every((item) => item === undefined)) return undefined
    return items.map((item, index) => item ?? (value[index] as Json))
  }
  if (!isJsonObject(value)) return undefined
  const changed = replaceAt(value[step], rest, text)
  return changed === undefined ? undefined : { ...value, [step]: changed }
}
