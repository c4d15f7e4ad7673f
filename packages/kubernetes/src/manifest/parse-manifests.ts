import { messageOf } from '@oke-pipeline/core'
import type { Place } from '@oke-pipeline/core'
import { Composer, LineCounter, Parser, isCollection, isMap, isSeq, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import { isJsonObject } from '../json.ts'
import { isKubernetesObject } from '../object.ts'
import { joinReadings } from './manifest.ts'
import type { ManifestProblem, Reading } from './manifest.ts'
import { substituteIn } from './substitution.ts'
import type { Substitution, SubstitutionFault } from './substitution.ts'
import { kubernetesYaml } from './yaml-dialect.ts'

/**
 * Reads every object of a YAML or JSON text, lists taken apart, and everything wrong with it.
 * @param file names the text in problems and places.
 * @param substitution puts variables into the text, where there are any.
 */
export function parseManifests(text: string, file: string, substitution?: Substitution): Reading {
  const lineCounter = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { file, line, column: col }
  }
  const parser = new Parser(lineCounter.addNewLine)
  const composer = new Composer({ ...kubernetesYaml, lineCounter })
  const readings: Reading[] = []
  // One after the other: all trees of a large file at once are a hundred times its size.
  for (const document of composer.compose(parser.parse(text))) {
    readings.push(parseDocument(document, { placeAt, text, substitution }))
  }
  return joinReadings(readings)
}

interface Source {
  readonly text: string
  readonly placeAt: (offset: number) => Place
  readonly substitution: Substitution | undefined
}

function parseDocument(document: Document.Parsed, source: Source): Reading {
  const fault = faultOf(document)
  if (fault !== undefined) {
    const problem = `is not valid YAML: ${fault.message}${hintFor(source.text)}`
    return failing(source.placeAt(fault.offset), problem)
  }
  const contents = document.contents
  if (contents === null) return joinReadings([])
  const faults =
    source.substitution === undefined ? [] : substituteIn(document, source.substitution)
  if (faults.length > 0) return unsubstituted(faults, source)
  return parseNode(contents, document, source)
}

function unsubstituted(faults: readonly SubstitutionFault[], { placeAt }: Source): Reading {
  const problems = faults.map(({ problem, offset }) => ({ place: placeAt(offset), problem }))
  return { manifests: [], problems }
}

interface Fault {
  readonly message: string
  readonly offset: number
}

/** What the parser finds fault with, and what it lets pass but Kubernetes does not. */
function faultOf(document: Document.Parsed): Fault | undefined {
  const [error] = document.errors
  if (error !== undefined) return { message: error.message, offset: error.pos[0] }
  let fault: Fault | undefined
  visit(document, {
    Pair(_, { key }) {
      // An unrendered `{{ .Values.x }}` reads as a mapping with a mapping as its key.
      if (!isCollection(key)) return undefined
      fault = { message: 'A key must be a text', offset: key.range?.[0] ?? 0 }
      return visit.BREAK
    },
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined
      fault = { message: `There is no anchor "${alias.source}"`, offset: alias.range?.[0] ?? 0 }
      return visit.BREAK
    },
  })
  return fault
}

/** Templates are the most frequent reason why a manifest is no YAML. */
function hintFor(text: string): string {
  return /\{\{.*\}\}/.test(text)
    ? ' (it looks like a template: give what the template tool renders)'
    : ''
}

function parseNode(node: Node, document: Document.Parsed, source: Source): Reading {
  const place = lineOf(node, source)
  const value = valueOf(node, document)
  if (value instanceof Error) return failing(place, `is not valid YAML: ${messageOf(value)}`)
  // A document of nothing but comments.
  if (value === null) return joinReadings([])
  if (isList(value) && isMap(node)) {
    const items = node.get('items', true)
    const nodes = isSeq(items) ? items.items : []
    return joinReadings(nodes.map((item) => parseNode(item as Node, document, source)))
  }
  return accept(value, place)
}

function valueOf(node: Node, document: Document.Parsed): unknown {
  try {
    return node.toJS(document) as unknown
  } catch (error) {
    // An alias that is unknown, or that multiplies beyond reason.
    return error instanceof Error ? error : new Error(String(error))
  }
}

function lineOf(node: Node, { placeAt }: Source): Place {
  const { file, line } = placeAt(node.range?.[0] ?? 0)
  return { file, ...(line === undefined ? {} : { line }) }
}

function isList(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    typeof value.kind === 'string' &&
    value.kind.endsWith('List') &&
    Array.isArray(value.items)
  )
}

function accept(value: unknown, place: Place): Reading {
  const problem = problemOf(value)
  if (problem !== undefined) return failing(place, problem)
  if (!isKubernetesObject(value)) return failing(place, 'is not a Kubernetes object')
  return { manifests: [{ object: value, place }], problems: [] }
}

function problemOf(value: unknown): string | undefined {
  if (!isJsonObject(value)) return 'is not a Kubernetes object: it is not a mapping'
  if (typeof value.apiVersion !== 'string')
    return 'is not a Kubernetes object: it has no apiVersion'
  if (typeof value.kind !== 'string') return 'is not a Kubernetes object: it has no kind'
  const metadata = value.metadata
  if (isJsonObject(metadata) && metadata.generateName !== undefined) {
    return `has a generateName, so that each deployment would make another ${value.kind}: give it a name`
  }
  const name = isJsonObject(metadata) ? metadata.name : undefined
  if (name !== undefined && name !== null && typeof name !== 'string') {
    return `is a ${value.kind} whose metadata.name is no text: YAML reads it as ${kindOfValue(name)}; put it in quotes`
  }
  if (typeof name !== 'string' || name === '') return `is a ${value.kind} without metadata.name`
  return undefined
}

/** Kubernetes reads YAML 1.1, where `y`, `on` and `1_000` are no texts. */
function kindOfValue(value: unknown): string {
  if (typeof value === 'boolean') return `the boolean ${String(value)}`
  if (typeof value === 'number') return `the number ${String(value)}`
  return Array.isArray(value) ? 'a list' : 'a mapping'
}

function failing(place: Place, problem: string): { manifests: []; problems: ManifestProblem[] } {
  return { manifests: [], problems: [{ place, problem }] }
}
