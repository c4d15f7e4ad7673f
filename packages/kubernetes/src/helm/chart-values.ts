import { ReportedError } from '@oke-pipeline/core'
import type { Files } from '@oke-pipeline/core'
import { LineCounter, parseDocument } from 'yaml'
import { isJsonObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { ManifestProblem } from '../manifest/manifest.ts'
import { kubernetesYaml } from '../manifest/yaml-dialect.ts'
import type { ChartSource } from './chart.ts'

/** The values that a chart is given, and all that is wrong with them. */
export interface ChartValues {
  /** One for each file, in their order, those of `values` last. */
  readonly layers: readonly ValuesLayer[]
  readonly problems: readonly ManifestProblem[]
}

/** Values from one place. */
export interface ValuesLayer {
  readonly text: string
  readonly content: JsonObject
}

/** How values that are no file are called in problems. */
export const inlineValues = '"set-values"'

/** Reads the files with values, and the values that were given in the workflow. */
export async function readChartValues(
  source: Pick<ChartSource, 'valueFiles' | 'values'>,
  files: Files,
): Promise<ChartValues> {
  const readings = await Promise.all(source.valueFiles.map((path) => readLayer(path, files)))
  const inline = source.values === undefined ? [] : [parseValues(source.values, inlineValues)]
  const all = [...readings, ...inline]
  return {
    layers: all.filter((reading) => 'content' in reading),
    problems: all.filter((reading) => 'problem' in reading),
  }
}

async function readLayer(path: string, files: Files): Promise<ValuesLayer | ManifestProblem> {
  const place = { file: path }
  try {
    const kind = await files.kindOf(path)
    if (kind !== 'file') return { place, problem: absence[kind] }
    return parseValues(await files.readText(path), path)
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    return { place, problem: error.message }
  }
}

const absence = {
  absent: 'does not exist: it was to be a file with values',
  folder: 'is a folder: give the files with values',
  outside: 'lies outside the workspace',
} as const

function parseValues(text: string, file: string): ValuesLayer | ManifestProblem {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { ...kubernetesYaml, lineCounter })
  const [fault] = document.errors
  if (fault !== undefined) {
    const { line, col } = lineCounter.linePos(fault.pos[0])
    const place = { file, line, column: col }
    return { place, problem: `is not valid YAML: ${fault.message}` }
  }
  const content = contentOf(document)
  if (isJsonObject(content)) return { text, content }
  return { place: { file, line: 1 }, problem: 'has no values: it is not a mapping' }
}

/** A file of nothing but comments has no values, and is as good as any. */
function contentOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return (document.toJS() as unknown) ?? {}
  } catch {
    // An alias that is unknown, or that multiplies beyond reason.
    return undefined
  }
}

/** Values over values, mapping by mapping, as Helm puts them together. */
export function mergedValues(layers: readonly JsonObject[]): JsonObject {
  return layers.reduce((below, above) => mergeTwo(below, above), {})
}

function mergeTwo(below: JsonObject, above: JsonObject): JsonObject {
  const merged = Object.entries(above).map(([name, value]) => {
    const under = below[name]
    return [name, isJsonObject(under) && isJsonObject(value) ? mergeTwo(under, value) : value]
  })
  return { ...below, ...(Object.fromEntries(merged) as JsonObject) }
}
