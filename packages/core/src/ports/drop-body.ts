import type { HttpResponse } from './http-response.ts'

const mostBytes = 64 * 1024
const longestMilliseconds = 100

/**
 * Lets go of an answer that nobody reads. What is small and there already is read to its end, so
 * that its connection can be used again: a new one takes several round trips. Doing it twice is no
 * mistake.
 */
export async function dropBody({ body }: Pick<HttpResponse, 'body'>): Promise<void> {
  if (body === null) return
  const timer = setTimeout(() => void body.cancel().catch(() => undefined), longestMilliseconds)
  try {
    let left = mostBytes
    for await (const chunk of body) {
      left -= chunk.byteLength
      // Leaving the loop cancels the rest.
      if (left < 0) break
    }
  } catch {
    // It broke off: then there is nothing left of it to let go.
  } finally {
    clearTimeout(timer)
  }
}
