const mostBytes = 64 * 1024
const longestMilliseconds = 100

/**
 * Lets go of an answer that nobody reads. What is small and there already is read to its end, so
 * that its connection can be used again: a new one takes several round trips. Doing it twice is no
 * mistake.
 */
export async function dropBody({ body }: Response): Promise<void> {
  if (body === null) return
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  const end = (): void => void reader.cancel().catch(() => undefined)
  const timer = setTimeout(end, longestMilliseconds)
  try {
    let left = mostBytes
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      left -= read.value.byteLength
      if (left < 0) end()
    }
  } catch {
    // It broke off: then there is nothing left of it to let go.
  } finally {
    clearTimeout(timer)
    reader.releaseLock()
  }
}
