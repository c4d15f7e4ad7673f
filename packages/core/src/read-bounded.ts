/**
 * The body of an answer, as long as it is not larger than expected: a registry must not be able to
 * fill the runner's memory.
 * @throws RangeError when it is larger; what fetch throws when the connection ends before.
 */
export async function readBounded(response: Response, limitBytes: number): Promise<Uint8Array> {
  const body: ReadableStream<Uint8Array> | null = response.body
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > limitBytes) throw new RangeError(`more than ${limitBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
