import { splitPath } from './entry-path.ts'
import { dropLower, factsOf, folderFor, resolveNode } from './file-tree.ts'
import type { FileFacts, FileNode } from './file-tree.ts'
import type { LayerEntry } from './layer-entry.ts'

/** Thrown for a hard link to what is not there. */
export class BrokenHardLink extends Error {}

/**
 * Lays an entry over the tree, as a runtime does when it unpacks a layer.
 * @throws {@link BrokenHardLink}
 */
export function applyEntry(root: FileNode, entry: LayerEntry): void {
  switch (entry.kind) {
    case 'whiteout':
      applyWhiteout(root, entry)
      break
    case 'opaque':
      applyOpaque(root, entry)
      break
    case 'hardlink':
      put(root, entry, linkedFacts(root, entry))
      break
    case 'file':
    case 'folder':
    case 'symlink':
    case 'device':
    case 'pipe':
      put(root, entry, factsOf(entry, entry.kind))
      break
  }
}

/** Only what lower layers have goes: the same layer may put something there anew. */
function applyWhiteout(root: FileNode, { path, layer }: LayerEntry): void {
  const { folder, name } = splitPath(path)
  const parent = resolveNode(root, folder, { followLast: true })?.node
  const node = parent?.children.get(name)
  if (parent === undefined || node === undefined) return
  const isLeft = dropLower(node, layer) || node.facts.layer === layer
  if (!isLeft) parent.children.delete(name)
}

function applyOpaque(root: FileNode, { path, layer }: LayerEntry): void {
  const node = resolveNode(root, path, { followLast: true })?.node
  if (node !== undefined) dropLower(node, layer)
}

function put(root: FileNode, { path, layer }: LayerEntry, facts: FileFacts): void {
  if (path === '') {
    root.facts = { ...facts, kind: 'folder' }
    return
  }
  const { folder, name } = splitPath(path)
  const { children } = folderFor(root, folder, layer)
  const before = children.get(name)
  const staysFolder = before?.facts.kind === 'folder' && facts.kind === 'folder'
  const inside = staysFolder ? before.children : new Map<string, FileNode>()
  children.set(name, { facts, children: inside })
}

/** A hard link is the file that it names: the same content, mode and owner. */
function linkedFacts(root: FileNode, { linkTarget = '' }: LayerEntry): FileFacts {
  const { folder, name } = splitPath(linkTarget)
  const parent = resolveNode(root, folder, { followLast: true })?.node
  const target = parent?.children.get(name)
  if (target === undefined || target.facts.kind === 'folder') {
    throw new BrokenHardLink(linkTarget)
  }
  return target.facts
}
