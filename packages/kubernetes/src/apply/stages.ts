import type { Manifest, ManifestProblem } from '../manifest/manifest.ts'
import { nameOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/** The annotation with the number of the wave that an object is applied in; 0 without it. */
const waveAnnotation = 'oke-pipeline.dev/wave'
/** The annotation with the objects of the release that have to be ready before an object is applied. */
const dependsAnnotation = 'oke-pipeline.dev/depends-on'

const waveGrammar = /^-?\d{1,4}$/
const nameGrammar = /^[A-Z][A-Za-z0-9]*\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/

/** When an object is applied: by its wave, and within it by what it depends on. */
interface Stage {
  readonly wave: number
  readonly depth: number
}

/**
 * Puts items into stages: each is applied once the one before is ready. Most releases have one
 * only. What {@link stageProblems} finds fault with must have been refused before.
 */
export function stagesOf<T>(
  items: readonly T[],
  objectOf: (item: T) => KubernetesObject,
): readonly (readonly T[])[] {
  const staging = { known: byName(items.map(objectOf)), stages: new Map<string, Stage>() }
  const staged = items.map((item) => ({ item, stage: stageOf(objectOf(item), staging) }))
  const groups = Map.groupBy(staged, ({ stage: { wave, depth } }) => `${wave} ${depth}`)
  return [...groups.values()]
    .sort(([a], [b]) => compare(a?.stage, b?.stage))
    .map((group) => group.map(({ item }) => item))
}

function compare(a: Stage | undefined, b: Stage | undefined): number {
  if (a === undefined || b === undefined) return 0
  return a.wave - b.wave || a.depth - b.depth
}

function byName(objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> {
  return new Map(objects.map((object) => [nameOf(referenceOf(object)), object]))
}

/** What is known about the stages while they are worked out. */
interface Staging {
  readonly known: ReadonlyMap<string, KubernetesObject>
  /** By the names of their objects. */
  readonly stages: Map<string, Stage>
}

function stageOf(object: KubernetesObject, staging: Staging): Stage {
  const name = nameOf(referenceOf(object))
  const worked = staging.stages.get(name)
  if (worked !== undefined) return worked
  const wave = waveOf(object)
  staging.stages.set(name, { wave, depth: 0 })
  const depths = dependenciesOf(object)
    .flatMap((dependency) => staging.known.get(dependency) ?? [])
    .map((dependency) => stageOf(dependency, staging))
    .filter((stage) => stage.wave === wave)
    .map(({ depth }) => depth + 1)
  const stage = { wave, depth: Math.max(0, ...depths) }
  staging.stages.set(name, stage)
  return stage
}

function waveOf({ metadata }: KubernetesObject): number {
  return Number(metadata.annotations?.[waveAnnotation] ?? '0')
}

function dependenciesOf({ metadata }: KubernetesObject): readonly string[] {
  const text = metadata.annotations?.[dependsAnnotation] ?? ''
  return text.split(/[\s,]+/).filter((name) => name !== '')
}

/** What is wrong with the waves and dependencies that manifests name. */
export function stageProblems(manifests: readonly Manifest[]): readonly ManifestProblem[] {
  const known = byName(manifests.map(({ object }) => object))
  return manifests.flatMap(({ object, place }) =>
    [...waveProblems(object), ...dependencyProblems(object, known)].map((problem) => ({
      place,
      problem: `has ${nameOf(referenceOf(object))} ${problem}`,
    })),
  )
}

function waveProblems({ metadata }: KubernetesObject): readonly string[] {
  const wave = metadata.annotations?.[waveAnnotation]
  if (wave === undefined || waveGrammar.test(wave)) return []
  return [`with the wave "${wave}": a whole number is expected`]
}

function dependencyProblems(
  object: KubernetesObject,
  known: ReadonlyMap<string, KubernetesObject>,
): readonly string[] {
  const own = nameOf(referenceOf(object))
  return dependenciesOf(object).flatMap((name) => {
    if (!nameGrammar.test(name)) {
      return [`that depends on "${name}": a kind and a name are expected, such as "Deployment/db"`]
    }
    const dependency = known.get(name)
    if (dependency === undefined) return [`that depends on ${name}, which no manifest has`]
    if (waveOf(dependency) > waveOf(object)) {
      return [`that depends on ${name}, which comes in a later wave`]
    }
    return leadsTo(dependency, own, { known, passed: new Set() })
      ? [`that depends on ${name}, which depends on it in turn`]
      : []
  })
}

/** Where a search for a name has been, and what there is to search. */
interface Search {
  readonly known: ReadonlyMap<string, KubernetesObject>
  readonly passed: Set<string>
}

/** Whether an object is, or depends on, another one. */
function leadsTo(object: KubernetesObject, wanted: string, search: Search): boolean {
  const own = nameOf(referenceOf(object))
  if (own === wanted) return true
  if (search.passed.has(own)) return false
  search.passed.add(own)
  return dependenciesOf(object)
    .flatMap((name) => search.known.get(name) ?? [])
    .some((next) => leadsTo(next, wanted, search))
}
