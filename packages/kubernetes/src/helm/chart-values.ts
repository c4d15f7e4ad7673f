import { ReportedError } from '@oke-pipeline/core'
import type { Files, Place } from '@oke-pipeline/core'
import { LineCounter, parseDocument } from 'yaml'
import { isJsonObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { ManifestProblem } from '../manifest/manifest.ts'
import { substituteIn } from '../manifest/substitution.ts'
import type { Substitution } from '../manifest/substitution.ts'
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
  { valueFiles, values, substitution }: Pick<ChartSource, 'valueFiles' | 'values' | 'substitution'>,
  files: Files,
): Promise<ChartValues> {
  const readings = await Promise.all(valueFiles.map((path) => readLayer(path, files, substitution)))
  const inline = values === undefined ? [] : [parseValues(values, inlineValues, substitution)]
  const all = [...readings.flat(), ...inline.flat()]
  return {
    layers: all.filter((reading) => 'content' in reading),
    problems: all.filter((reading) => 'problem' in reading),
  }
}

type LayerReading = readonly (ValuesLayer | ManifestProblem)[]

async function readLayer(
  path: string,
  files: Files,
  substitution: Substitution | undefined,
): Promise<LayerReading> {
  const place = { file: path }
  try {
    const kind = await files.kindOf(path)
    if (kind !== 'file') return [{ place, problem: absence[kind] }]
    return parseValues(await files.readText(path), path, substitution)
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    return [{ place, problem: error.message }]
  }
}

const absence = {
  absent: 'does not exist: it was to be a file with values',
  folder: 'is a folder: give the files with values',
  outside: 'lies outside the workspace',
} as const

function parseValues(
  text: string,
  file: string,
  substitution: Substitution | undefined,
): LayerReading {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { ...kubernetesYaml, lineCounter })
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { file, line, column: col }
  }
  const [fault] = document.errors
  if (fault !== undefined) {
    return [{ place: placeAt(fault.pos[0]), problem: `is not valid YAML: ${fault.message}` }]
  }
  const faults = substitution === undefined ? [] : substituteIn(document, substitution)
  if (faults.length > 0) {
    return faults.map(({ problem, offset }) => ({ place: placeAt(offset), problem }))
  }
  const content = contentOf(document)
  if (!isJsonObject(content)) {
    return [{ place: { file, line: 1 }, problem: 'has no values: it is not a mapping' }]
  }
  return [{ text: substitution === undefined ? text : JSON.stringify(content), content }]
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
