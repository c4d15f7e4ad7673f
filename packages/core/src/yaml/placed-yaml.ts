import { LineCounter, isCollection, isMap, isNode, isScalar, parseDocument } from 'yaml'
import type { Document, Node } from 'yaml'

/** A way into a YAML document: keys of mappings and positions in lists. */
export type YamlPath = readonly (string | number)[]

/** Where in a text something is; both are counted from 1. */
export interface YamlPosition {
  readonly line: number
  readonly column: number
}

/** A YAML text, and where in it things are. */
export interface PlacedYaml {
  /** The faults in its grammar. */
  readonly faults: readonly (YamlPosition & { readonly message: string })[]
  /** The data; only to be asked for where there are no faults. */
  data(): unknown
  /** Where that is what a path leads to, or the last thing on the way that is there. */
  positionOf(path: YamlPath): YamlPosition
}

/** Reads a YAML text so that every value in it can be pointed at. */
export function placedYaml(text: string): PlacedYaml {
  const lines = new LineCounter()
  // What the library would print, in words of its own and in the middle of the log, is a fault below.
  const options = { lineCounter: lines, prettyErrors: false, logLevel: 'error' } as const
  const document = parseDocument(text, options)
  const positionAt = (offset: number): YamlPosition => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  return {
    faults: [...document.errors, ...document.warnings].map((fault) => ({
      message: fault.message,
      ...positionAt(fault.pos[0]),
    })),
    data: (): unknown => document.toJS(),
    positionOf: (path) => positionAt(offsetOf(document, path)),
  }
}

function offsetOf(document: Document.Parsed, path: YamlPath): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const step of path) {
    offset = startOf(keyNamed(node, step)) ?? startOf(childOf(node, step)) ?? offset
    node = childOf(node, step)
  }
  return offset
}

function childOf(node: unknown, step: string | number): unknown {
  return isCollection(node) ? node.get(step, true) : undefined
}

function keyNamed(node: unknown, step: string | number): unknown {
  if (!isMap(node)) return undefined
  return node.items.find(({ key }) => isScalar(key) && key.value === step)?.key
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? rangeOf(node) : undefined
}

function rangeOf(node: Node): number | undefined {
  return node.range?.[0]
}
