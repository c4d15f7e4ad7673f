import { ConfigurationError, messageOf } from '@oke-pipeline/core'
import * as valibot from 'valibot'
import { EnvironmentsFile, knownKeys } from './schema.ts'
import type { Environments } from './schema.ts'
import { placedYaml } from './yaml-place.ts'
import type { PlacedYaml, YamlPath } from './yaml-place.ts'

interface Problem {
  readonly line: number
  readonly text: string
}

/**
 * Makes sense of the text of an environments file.
 * @throws {@link ConfigurationError} that lists all problems with their lines.
 */
export function parseEnvironments(text: string, file: string): Environments {
  const yaml = placedYaml(text)
  if (yaml.faults.length > 0) {
    throw unusable(
      file,
      yaml.faults.map(({ line, message }) => ({ line, text: `${message}.` })),
    )
  }
  const data = dataOf(yaml, file)
  const parsed = valibot.safeParse(EnvironmentsFile, data)
  const problems = [
    ...(parsed.issues ?? []).map((issue) => problemOf(issue, yaml)),
    ...repeatedNames(data, yaml),
  ]
  if (!parsed.success || problems.length > 0) throw unusable(file, problems)
  return { file, environments: parsed.output.environments }
}

function dataOf(yaml: PlacedYaml, file: string): unknown {
  try {
    return yaml.data()
  } catch (error) {
    // Aliases that are not resolved, or so many that they were made to fill the memory.
    throw unusable(file, [{ line: 1, text: `${messageOf(error)}.` }], error)
  }
}

type Issue = valibot.InferIssue<typeof EnvironmentsFile>

function problemOf(issue: Issue, yaml: PlacedYaml): Problem {
  const path = pathOf(issue)
  const line = yaml.lineOf(path)
  const where = path.length === 0 ? 'The file' : `"${rendered(path)}"`
  if (issue.expected === 'never') {
    const known = path.length === 1 ? knownKeys.file : knownKeys.environment
    return { line, text: `${where} is unknown; known here: ${known.join(', ')}.` }
  }
  if (issue.received === 'undefined') return { line, text: `${where} is missing.` }
  return { line, text: `${where}: expected ${issue.message}, got ${shown(issue.input)}.` }
}

function pathOf(issue: Issue): YamlPath {
  const items: readonly valibot.IssuePathItem[] = issue.path ?? []
  return items.map(({ key }) => (typeof key === 'number' ? key : String(key)))
}

function rendered(path: YamlPath): string {
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

const NamesOnly = valibot.object({
  environments: valibot.array(
    valibot.fallback(valibot.object({ name: valibot.string() }), { name: '' }),
  ),
})

/** GitHub takes names that differ in case only for the same environment, and so do we. */
function repeatedNames(data: unknown, yaml: PlacedYaml): readonly Problem[] {
  const parsed = valibot.safeParse(NamesOnly, data)
  if (!parsed.success) return []
  const names = parsed.output.environments.map(({ name }) => name.toLowerCase())
  return names.flatMap((name, index) => {
    const first = names.indexOf(name)
    if (name === '' || first === index) return []
    const path = ['environments', index, 'name']
    const before = yaml.lineOf(['environments', first, 'name'])
    return [
      {
        line: yaml.lineOf(path),
        text: `"${rendered(path)}": the name "${name}" is taken by the environment in line ${before}.`,
      },
    ]
  })
}

function unusable(file: string, problems: readonly Problem[], cause?: unknown): ConfigurationError {
  const sorted = problems.toSorted((one, other) => one.line - other.line)
  const line = sorted[0]?.line
  return new ConfigurationError({
    title: `Environments file "${file}" is not usable`,
    explanation: sorted.map((problem) => `\n  - line ${problem.line}: ${problem.text}`).join(''),
    remedy: '\nCorrect the file; schema/environments.schema.json describes it.',
    place: { file, ...(line === undefined ? {} : { line }) },
    cause,
  })
}
