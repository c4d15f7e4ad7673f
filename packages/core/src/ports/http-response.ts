import type { IncomingMessage } from 'node:http'

/** The headers of an answer, by names in any case; several of one name are joined by commas. */
export type HttpHeaders = Pick<Headers, 'get' | 'has' | 'entries'>

/** The bytes of an answer as they come. */
export interface HttpBody extends AsyncIterable<Uint8Array> {
  /** Lets go of what nobody will read. */
  cancel(): Promise<void>
}

/**
 * An answer over HTTP, whose body can be read once: what is wanted of fetch's `Response`, which is
 * one as well. To make one of those, Node.js loads all of fetch and its streams, and that takes
 * longer than most requests do.
 */
export interface HttpResponse extends Pick<Response, 'status' | 'ok' | 'url'> {
  readonly headers: HttpHeaders
  readonly body: HttpBody | null
}

/** Makes an answer of what has come so far: the body may still be on its way, or empty. */
export function httpResponse(
  incoming: IncomingMessage,
  { url, isEmpty }: { readonly url: URL; readonly isEmpty: boolean },
): HttpResponse {
  const { statusCode: status = 0 } = incoming
  return {
    status,
    ok: status >= 200 && status < 300,
    url: url.href,
    headers: headersOf(incoming),
    body: isEmpty ? null : bodyOf(incoming),
  }
}

function headersOf({ headersDistinct }: IncomingMessage): HttpHeaders {
  const values = new Map(
    Object.entries(headersDistinct).map(([name, all = []]) => [name, all.join(', ')]),
  )
  return {
    get: (name) => values.get(name.toLowerCase()) ?? null,
    has: (name) => values.has(name.toLowerCase()),
    entries: () => values.entries(),
  }
}

function bodyOf(incoming: IncomingMessage): HttpBody {
  return {
    [Symbol.asyncIterator]: () => incoming[Symbol.asyncIterator](),
    cancel() {
      incoming.destroy()
      return Promise.resolve()
    },
  }
}
