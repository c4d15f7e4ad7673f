/** The bytes of a blob, from an offset to the end; called anew when it has to be started again. */
export type OpenBlob = (from: number) => AsyncIterable<Uint8Array>

/** A blob that is read once from its beginning to its end, piece by piece, if all goes well. */
export interface BlobSource {
  /** The bytes at an offset, which are read anew only where that is not where the last ended. */
  take(from: number, sizeBytes: number): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** Makes a source; nothing is opened before the first bytes are wanted. */
export function blobSource(open: OpenBlob): BlobSource {
  let chunks: AsyncIterator<Uint8Array> | undefined
  let rest: Uint8Array = new Uint8Array()
  let position = 0
  return { take, close }

  async function* take(from: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
    if (chunks === undefined || from !== position) await startAt(from)
    for (let left = sizeBytes; left > 0;) {
      const piece = (await available()).subarray(0, left)
      if (piece.byteLength === 0) return
      rest = rest.subarray(piece.byteLength)
      position += piece.byteLength
      left -= piece.byteLength
      yield piece
    }
  }

  async function startAt(from: number): Promise<void> {
    await close()
    chunks = open(from)[Symbol.asyncIterator]()
    rest = new Uint8Array()
    position = from
  }

  async function available(): Promise<Uint8Array> {
    if (rest.byteLength > 0) return rest
    const next = await chunks?.next()
    if (next !== undefined && next.done !== true) rest = next.value
    return rest
  }

  async function close(): Promise<void> {
    await chunks?.return?.()
    chunks = undefined
  }
}
