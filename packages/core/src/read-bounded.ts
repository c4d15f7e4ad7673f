/**
 * The body of an answer, as long as it is not larger than expected: a registry must not be able to
 * fill the runner's memory.
 * @throws RangeError when it is larger; what the connection fails with when it ends before.
 */
export async function readBounded(
  { body }: { readonly body: AsyncIterable<Uint8Array> | null },
  limitBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > limitBytes) throw new RangeError(`more than ${limitBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
