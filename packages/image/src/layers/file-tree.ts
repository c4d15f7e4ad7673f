import { splitPath } from './entry-path.ts'
import type { LayerEntry } from './layer-entry.ts'

/** What of an entry stays when all layers are laid over each other. */
export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'symlink' | 'device' | 'pipe'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly sizeBytes: number
  readonly linkTarget: string | undefined
  /** The layer that has the final version, and where in it: of a hard link, where its content is. */
  readonly layer: number
  readonly position: number
}

/** A place in the tree. */
export interface FileNode {
  facts: FileFacts
  readonly children: Map<string, FileNode>
}

/** As many links as Linux follows in one path. */
const mostLinks = 40

/** A folder that no entry describes: archives need not name the folders of their files. */
export function impliedFolder(layer: number): FileNode {
  const facts = { kind: 'folder', mode: 0o755, uid: 0, gid: 0, sizeBytes: 0 } as const
  return { facts: { ...facts, linkTarget: undefined, layer, position: -1 }, children: new Map() }
}

interface Step {
  readonly name: string
  readonly node: FileNode
}

/** Where a path leads when its links are followed, the last one only on request. */
export function resolveNode(
  root: FileNode,
  path: string,
  { followLast }: { readonly followLast: boolean },
): { readonly path: string; readonly node: FileNode } | undefined {
  const ahead = stepsOf(path)
  let way: readonly Step[] = []
  let links = 0
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    const next = stepFrom(root, way, name)
    if (next === undefined) return undefined
    const target = followLast || ahead.length > 0 ? linkOf(next) : undefined
    if (target === undefined) {
      way = next
      continue
    }
    links += 1
    if (links > mostLinks) return undefined
    if (target.startsWith('/')) way = []
    ahead.unshift(...stepsOf(target))
  }
  return { path: way.map(({ name }) => name).join('/'), node: way.at(-1)?.node ?? root }
}

/** The way after one more step, never out of the root; absent when there is nothing. */
function stepFrom(root: FileNode, way: readonly Step[], name: string): readonly Step[] | undefined {
  if (name === '..') return way.slice(0, -1)
  const node = (way.at(-1)?.node ?? root).children.get(name)
  return node === undefined ? undefined : [...way, { name, node }]
}

function linkOf(way: readonly Step[]): string | undefined {
  return way.at(-1)?.node.facts.linkTarget
}

function stepsOf(path: string): string[] {
  return path.split('/').filter((step) => step !== '' && step !== '.')
}

/** The folder of a path, made where it is not there; links in the way are followed, as runtimes do. */
export function folderFor(root: FileNode, path: string, layer: number): FileNode {
  const found = resolveNode(root, path, { followLast: true })
  if (found?.node.facts.kind === 'folder') return found.node
  const { folder, name } = splitPath(path)
  if (path === '') return root
  const node = impliedFolder(layer)
  folderFor(root, folder, layer).children.set(name, node)
  return node
}

/** Takes away what layers below that one have in a folder; says whether anything is left. */
export function dropLower({ children }: FileNode, layer: number): boolean {
  for (const [name, child] of children) {
    const isLeft = dropLower(child, layer) || child.facts.layer === layer
    if (!isLeft) children.delete(name)
  }
  return children.size > 0
}

/** The facts of an entry that is a thing of its own. */
export function factsOf(entry: LayerEntry, kind: FileFacts['kind']): FileFacts {
  const { mode, uid, gid, sizeBytes, linkTarget, layer, position } = entry
  const target = kind === 'symlink' ? (linkTarget ?? '') : undefined
  return { kind, mode, uid, gid, sizeBytes, linkTarget: target, layer, position }
}
