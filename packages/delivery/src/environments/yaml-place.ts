import { LineCounter, isCollection, isMap, isNode, isScalar, parseDocument } from 'yaml'
import type { Document, Node } from 'yaml'

/** A way into a YAML document: keys of mappings and positions in lists. */
export type YamlPath = readonly (string | number)[]

/** A YAML text, and where in it things are. */
export interface PlacedYaml {
  /** The faults in its grammar. */
  readonly faults: readonly { readonly message: string; readonly line: number }[]
  /** The data; only to be asked for where there are no faults. */
  data(): unknown
  /** The line of what a path leads to, or of the last thing on the way that is there. */
  lineOf(path: YamlPath): number
}

/** Reads a YAML text so that every value in it can be pointed at. */
export function placedYaml(text: string): PlacedYaml {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line)
  return {
    faults: [...document.errors, ...document.warnings].map((fault) => ({
      message: fault.message,
      line: lineAt(fault.pos[0]),
    })),
    data: (): unknown => document.toJS(),
    lineOf: (path) => lineAt(offsetOf(document, path)),
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
