import type { Place } from '@oke-pipeline/core'
import type { ManifestProblem } from '../manifest/manifest.ts'
import { registryProblem } from './registry-problem.ts'

/** How a file of a chart, as Helm names it, is called in problems. */
export type FileOf = (template: string) => string

/** What is known of a chart that did not render. */
export interface FailedRendering {
  readonly chart: string
  readonly stderr: string
  readonly fileOf: FileOf
}

/**
 * What Helm says against a chart or its values, as problems in files. Helm stops at the first
 * template that fails; of values that a schema refuses it tells all.
 */
export function renderProblems({
  chart,
  stderr,
  fileOf,
}: FailedRendering): readonly ManifestProblem[] {
  const text = messageIn(stderr)
  const missing = registryProblem(chart, text)
  if (missing !== undefined) return [{ place: { file: chart }, problem: missing }]
  const refused = schemaProblems(text)
  if (refused.length > 0) {
    return refused.map((problem) => ({ place: { file: chart }, problem }))
  }
  const [known] = explanations.flatMap(({ pattern, explain }) => {
    const match = pattern.exec(text)
    return match === null ? [] : [explain(match, { chart, fileOf })]
  })
  return [
    known ?? { place: { file: chart }, problem: `cannot be rendered by Helm: ${oneLine(text)}` },
  ]
}

/** What comes after `Error:`, without the hint how to see invalid YAML. */
function messageIn(stderr: string): string {
  const start = stderr.lastIndexOf('Error: ')
  const text = start === -1 ? stderr : stderr.slice(start + 'Error: '.length)
  return text.replace(/\s*Use --debug flag to render out invalid YAML\s*$/, '').trim()
}

function schemaProblems(text: string): readonly string[] {
  if (!text.startsWith("values don't meet the specifications of the schema")) return []
  return text.split('\n').flatMap((line) => {
    const match = /^- (?:at '(.*?)': |\(root\): |([\w.]+): )?(.+)$/.exec(line.trim())
    if (match === null) return []
    const [, pointer, dotted, complaint = ''] = match
    const path = (pointer ?? dotted ?? '').replace(/^\//, '').replaceAll('/', '.')
    const where = path === '' ? 'values' : `the value "${path}"`
    return [`refuses ${where} by its schema: ${complaint}`]
  })
}

interface Context {
  readonly chart: string
  readonly fileOf: FileOf
}

interface Explanation {
  readonly pattern: RegExp
  readonly explain: (match: RegExpExecArray, context: Context) => ManifestProblem
}

const explanations: readonly Explanation[] = [
  {
    // `required` and `fail` of a template.
    pattern: /execution error at \((.+?):(\d+):(\d+)\): ([^]*)/,
    explain: ([, file = '', line = '', column = '', message = ''], { fileOf }) => ({
      place: { file: fileOf(file), line: Number(line), column: Number(column) },
      problem: `refuses the values: ${oneLine(message)}`,
    }),
  },
  {
    pattern: /parse error at \((.+?):(\d+)\): ([^]*)/,
    explain: ([, file = '', line = '', message = ''], { fileOf }) => ({
      place: { file: fileOf(file), line: Number(line) },
      problem: `is no valid template: ${oneLine(message)}`,
    }),
  },
  {
    pattern: /YAML parse error on (\S+): ([^]*)/,
    explain: ([, file = '', message = ''], { fileOf }) => ({
      place: { file: fileOf(file) },
      problem: `does not render to YAML: ${oneLine(message)} (line of what it renders to)`,
    }),
  },
  {
    pattern: /missing in charts\/ directory: (.+)/,
    explain: ([, names = ''], { chart }) => ({
      place: { file: chart },
      problem: `lacks the charts that it depends on (${names.trim()}): run "helm dependency build ${chart}" in an earlier step`,
    }),
  },
  {
    pattern: /chart requires kubeVersion: (.+?) which is incompatible with Kubernetes (\S+)/,
    explain: ([, wanted = '', version = ''], { chart }) => ({
      place: { file: chart },
      problem: `is for Kubernetes ${wanted}, and the cluster runs ${version}`,
    }),
  },
  {
    // A template that fails by itself: Helm 4 begins with the place, Helm 3 with "template:".
    pattern: /(?:^|template: )([^\s:]+\/templates\/[^\s:]+):(\d+)(?::(\d+))?:?\s+([^]*)/,
    explain: ([, file = '', line = '', column, message = ''], { fileOf }) => ({
      place: placeOf(fileOf(file), line, column),
      problem: `fails: ${oneLine(message)}`,
    }),
  },
]

function placeOf(file: string, line: string, column: string | undefined): Place {
  return { file, line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) }
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}
