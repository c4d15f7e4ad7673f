import * as v from 'valibot'
import { ConfigurationError, messageOf } from '../errors.ts'
import { knownKeysAt } from './known-keys.ts'
import { nearestKey } from './nearest-key.ts'
import { placedYaml } from './placed-yaml.ts'
import type { PlacedYaml, YamlPath, YamlPosition } from './placed-yaml.ts'

/** A YAML file that a user wrote, and what is said of it in messages. */
export interface YamlFile {
  /** Path as the user knows it. */
  readonly file: string
  /** What it is, with a capital letter: `Environments file`. */
  readonly title: string
  /** The JSON Schema that describes it: `schema/environments.schema.json`. */
  readonly describedBy: string
}

/** Something wrong in a YAML file, by what it is about: `"a.b": the text.` */
export interface YamlProblem {
  readonly path: YamlPath
  /** A sentence that comes after the path, without a full stop. */
  readonly text: string
}

/** Data that was read, and where in the file it is. */
export interface ParsedYaml<Data> {
  readonly data: Data
  positionOf(path: YamlPath): YamlPosition
}

/** Looks at the data as it was written for what a schema cannot say. */
export type YamlCheck = (data: unknown) => readonly YamlProblem[]

/**
 * Makes sense of a YAML text by a schema. The messages of the schema complete "expected …".
 * @throws {@link ConfigurationError} that lists all problems with line and column.
 */
export function parseYaml<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
  file: YamlFile,
  check: YamlCheck = () => [],
): ParsedYaml<v.InferOutput<Schema>> {
  const yaml = placedYaml(text)
  if (yaml.faults.length > 0) {
    throw unusable(
      file,
      yaml.faults.map(({ message, ...position }) => ({ ...position, text: `${message}.` })),
    )
  }
  const data = dataOf(yaml, file)
  const parsed = v.safeParse(schema, data)
  const problems = [
    ...(parsed.issues ?? []).flatMap((issue) => problemsOf(issue, schema)),
    ...check(data),
  ]
  if (!parsed.success || problems.length > 0) {
    throw unusable(
      file,
      problems.map((problem) => ({ ...yaml.positionOf(problem.path), text: sentenceOf(problem) })),
    )
  }
  return { data: parsed.output, positionOf: (path) => yaml.positionOf(path) }
}

function dataOf(yaml: PlacedYaml, file: YamlFile): unknown {
  try {
    return yaml.data()
  } catch (error) {
    // Aliases that are not resolved, or so many that they were made to fill the memory.
    throw unusable(file, [{ line: 1, column: 1, text: `${messageOf(error)}.` }], error)
  }
}

/** A value that fits none of several alternatives is judged by the one that looks like it. */
function problemsOf(
  issue: v.BaseIssue<unknown>,
  schema: v.GenericSchema,
  before: YamlPath = [],
): readonly YamlProblem[] {
  const path = [...before, ...pathOf(issue)]
  const inside = (issue.issues ?? []).filter((inner) => (inner.path?.length ?? 0) > 0)
  if (inside.length > 0) return inside.flatMap((inner) => problemsOf(inner, schema, path))
  return [{ path, text: textOf(issue, schema, path) }]
}

function textOf(issue: v.BaseIssue<unknown>, schema: v.GenericSchema, path: YamlPath): string {
  if (issue.expected === 'never') {
    return unknownKey(String(path.at(-1) ?? ''), knownKeysAt(schema, path.slice(0, -1)))
  }
  if (issue.received === 'undefined') return 'is missing'
  return `: expected ${expectationOf(issue)}, got ${shown(issue.input)}`
}

function unknownKey(written: string, known: readonly string[]): string {
  const nearest = nearestKey(written, known)
  if (nearest === undefined) return `is unknown; known here: ${known.join(', ')}`
  return `is unknown; did you mean "${nearest}"? Known here: ${known.join(', ')}`
}

function pathOf(issue: v.BaseIssue<unknown>): YamlPath {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
}

/** The message that the schema gives, or what is expected where the message is Valibot's own. */
function expectationOf({ message, expected }: v.BaseIssue<unknown>): string {
  return message.startsWith('Invalid ') ? (expected ?? 'something else') : message
}

function sentenceOf({ path, text }: YamlProblem): string {
  const where = path.length === 0 ? 'The file' : `"${renderYamlPath(path)}"`
  return `${where}${text.startsWith(':') ? '' : ' '}${text}.`
}

/** A path as people write it: `environments[0].name`. */
export function renderYamlPath(path: YamlPath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
}

function shown(input: unknown): string {
  const text = JSON.stringify(input)
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`
}

function unusable(
  { file, title, describedBy }: YamlFile,
  problems: readonly (YamlPosition & { readonly text: string })[],
  cause?: unknown,
): ConfigurationError {
  const sorted = problems.toSorted(
    (one, other) => one.line - other.line || one.column - other.column,
  )
  const [first] = sorted
  const place = first === undefined ? { file } : { file, line: first.line, column: first.column }
  return new ConfigurationError({
    title: `${title} "${file}" is not usable`,
    explanation: sorted
      .map(({ line, column, text }) => `\n  - line ${line}:${column}: ${text}`)
      .join(''),
    remedy: `\nCorrect the file; ${describedBy} describes it.`,
    place,
    cause,
  })
}
