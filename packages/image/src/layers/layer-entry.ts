/** What an entry of a layer is. A whiteout takes away what lower layers have there. */
export type EntryKind =
  | 'file'
  | 'folder'
  | 'symlink'
  | 'hardlink'
  | 'device'
  | 'pipe'
  /** Takes away what lower layers have at this path. */
  | 'whiteout'
  /** Takes away what lower layers have in this folder. */
  | 'opaque'

/** One entry of the archive of a layer. */
export interface LayerEntry {
  /** Position of the layer in the image, from 0 at the bottom. */
  readonly layer: number
  /** Position of the entry in its layer, from 0. */
  readonly position: number
  readonly kind: EntryKind
  /** From the root of the image, without `/` at its ends: `etc/passwd`. */
  readonly path: string
  /** The permission bits, setuid, setgid and sticky among them. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly sizeBytes: number
  /** Where a symbolic or hard link leads, as it is written. */
  readonly linkTarget: string | undefined
  /** The content; to be read before the next entry is asked for. */
  content(): AsyncIterable<Uint8Array>
}
