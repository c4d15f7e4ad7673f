import { findSecrets } from '../../secrets/find-secrets.ts'
import { knownFiles } from '../../secrets/known-files.ts'
import { isSecretVariable } from '../../secrets/secret-variables.ts'
import { matchesSome } from '../globs.ts'
import { lineOfLast, lineOfLayer, lineOfOrigin, makerOf, originOfLayer } from '../lines.ts'
import type { Rule } from '../schema.ts'
import type { Finding, OpenedImage } from '../subject.ts'

/** The pattern of variables that hold secrets by their names. */
export const secretVariable = 'secret-variable'

interface Found {
  readonly pattern: string
  readonly message: string
  readonly line: number | undefined
  /** The file, of a secret in one: every file counts, though one instruction made them all. */
  readonly path?: string
}

const remedy =
  'Take it back: it must be replaced where it was issued. Give it to the build as "secrets", and use RUN --mount=type=secret.'

/** Secrets in what the image says of itself and in its layers, removed files too. */
export function noSecrets(
  { settings }: Rule<'no-secrets'>,
  opened: OpenedImage,
): readonly Finding[] {
  const { 'allow-paths': paths = [], 'allow-patterns': patterns = [] } = settings
  const found = [
    ...inHistory(opened),
    ...inEnvironment(opened),
    ...inLabels(opened),
    ...inLayers(opened, paths),
  ]
  const seen = new Set<string>()
  return found
    .filter(({ pattern }) => !patterns.includes(pattern))
    .filter(({ message, pattern, line, path = '' }) => {
      // What one instruction set is in the history and in the environment.
      const key = line === undefined ? message : `${pattern} ${line} ${path}`
      return !seen.has(key) && seen.add(key)
    })
    .map(({ message, line }) => ({ message, remedy, line }))
}

function inHistory({ image, origins }: OpenedImage): readonly Found[] {
  return image.config.history.flatMap(({ createdBy }, index) => {
    const line = lineOfOrigin(origins[index])
    const made = makerOf(origins[index])
    return [
      ...findSecrets(createdBy).map(({ pattern, masked }) => ({
        message: `${pattern.title} (${masked}) is in the history of the image, left ${made}.`,
        ...{ pattern: pattern.id, line },
      })),
      ...argumentsIn(createdBy)
        .filter(({ name, value }) => isSecretVariable(name, value))
        .map(({ name }) => ({
          message: `The value of build argument "${name}" is in the history of the image, left ${made}.`,
          ...{ pattern: secretVariable, line },
        })),
    ]
  })
}

/** Build arguments in an entry: `ARG NAME=value`, or `|2 A=x B=y` before a command. */
function argumentsIn(createdBy: string): readonly { name: string; value: string }[] {
  const [, own] = /^(?:\S+ -c #\(nop\)\s+)?ARG\s+(.*)$/s.exec(createdBy) ?? []
  const [, count, given] = /^(?:RUN )?\|(\d+) (.*)$/s.exec(createdBy) ?? []
  const text = own ?? given ?? ''
  return [...text.matchAll(/(?:^|\s)(\w+)=("[^"]*"|\S*)/g)]
    .slice(0, count === undefined ? undefined : Number(count))
    .map(([, name = '', value = '']) => ({ name, value: value.replace(/^"|"$/g, '') }))
}

function inEnvironment(opened: OpenedImage): readonly Found[] {
  return opened.image.config.environment.flatMap((variable) => {
    const [name = ''] = variable.split('=', 1)
    const value = variable.slice(name.length + 1)
    const line = lineOfLast(opened, 'ENV', (text) => text.includes(name))
    const found = findSecrets(variable).map(({ pattern, masked }) => ({
      message: `${pattern.title} (${masked}) is in environment variable "${name}".`,
      ...{ pattern: pattern.id, line },
    }))
    if (found.length > 0 || !isSecretVariable(name, value)) return found
    const message = `Environment variable "${name}" has a value that everyone who has the image can read.`
    return [{ message, pattern: secretVariable, line }]
  })
}

function inLabels(opened: OpenedImage): readonly Found[] {
  return Object.entries(opened.image.config.labels).flatMap(([name, value]) =>
    findSecrets(value).map(({ pattern, masked }) => ({
      message: `${pattern.title} (${masked}) is in label "${name}".`,
      pattern: pattern.id,
      line: lineOfLast(opened, 'LABEL', (text) => text.includes(name)),
    })),
  )
}

function inLayers(opened: OpenedImage, allowed: readonly string[]): readonly Found[] {
  const secrets = opened.content?.secrets ?? []
  return secrets
    .filter(({ path, pattern }) => !matchesSome(path, allowed) && !isKnown(path, pattern.id))
    .map(({ path, layer, pattern, masked }) => {
      const gone =
        opened.content?.files.find(path)?.layer === layer
          ? ''
          : ', removed or covered later, but still there'
      return {
        message: `${pattern.title} (${masked}) is in file "${path}"${gone}, put there ${makerOf(originOfLayer(opened, layer))}.`,
        ...{ pattern: pattern.id, path, line: lineOfLayer(opened, layer) },
      }
    })
}

function isKnown(path: string, pattern: string): boolean {
  return matchesSome(
    path,
    knownFiles.filter((file) => file.pattern === pattern).map((file) => file.path),
  )
}
