import * as http2 from 'node:http2'
import { systemCodeOf } from '@oke-pipeline/core'
import type { ClusterAccess } from './access.ts'
import { connectTls, timeoutError } from './connect-tls.ts'
import type { Credential } from './credential.ts'
import type { ApiAnswer, ApiRequest } from './exchange.ts'

/** An HTTP/2 connection, which carries many requests at once. */
export interface Session {
  /** Sends a request; rejects with the system's error when no whole answer comes in time. */
  exchange(request: ApiRequest, sending: SessionSending): Promise<ApiAnswer>
  /** Whether the next request may go over it. */
  isOpen(): boolean
}

/** How a request is sent. */
export interface SessionSending {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly timeoutMilliseconds: number
}

/** Lists of thousands of objects come without the server waiting for leave to send on. */
const windowBytes = 8_388_608

/**
 * Connects by HTTP/2; undefined where the server speaks HTTP/1.1 only. Between requests the session
 * keeps no program from ending.
 */
export async function openSession(
  access: ClusterAccess,
  credential: Credential,
): Promise<Session | undefined> {
  const socket = await connectTls(access, credential)
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy()
    return undefined
  }
  const session = http2.connect(access.cluster.server, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: windowBytes },
  })
  session.setLocalWindowSize(windowBytes)
  // The requests that it ends say so themselves.
  session.on('error', () => undefined)
  return sessionOver(session)
}

function sessionOver(session: http2.ClientHttp2Session): Session {
  let waiting = 0
  return {
    async exchange(request, sending) {
      waiting += 1
      session.ref()
      try {
        return await exchangeOver(session, request, sending)
      } catch (error) {
        // Nothing that is sent over a silent connection is answered: the next one may be.
        if (systemCodeOf(error) === 'ETIMEDOUT') session.close()
        throw error
      } finally {
        waiting -= 1
        if (waiting === 0) session.unref()
      }
    },
    isOpen: () => !(session.closed || session.destroyed),
  }
}

async function exchangeOver(
  session: http2.ClientHttp2Session,
  { method, body }: ApiRequest,
  { url, headers, signal, timeoutMilliseconds }: SessionSending,
): Promise<ApiAnswer> {
  signal.throwIfAborted()
  const path = `${url.pathname}${url.search}`
  const stream = begin(session, { ':method': method, ':path': path, ...headers })
  const late = setTimeout(() => stream.destroy(timeoutError()), timeoutMilliseconds)
  const abort = (): void => void stream.destroy(new Error('aborted', { cause: signal.reason }))
  signal.addEventListener('abort', abort)
  try {
    return await answerOn(stream, body)
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', abort)
  }
}

/** A session may end between the moment it is chosen and the request. */
function begin(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
): http2.ClientHttp2Stream {
  try {
    return session.request(headers, { endStream: false })
  } catch (error) {
    throw reasonOf(error)
  }
}

async function answerOn(
  stream: http2.ClientHttp2Stream,
  body: string | undefined,
): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    let head: (http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader) | undefined
    let failure: Error | undefined
    const chunks: Uint8Array[] = []
    stream.on('response', (headers) => (head = headers))
    stream.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    stream.on('error', (error: Error) => (failure = error))
    stream.on('close', () => {
      if (failure !== undefined || head === undefined || isCut(stream)) {
        reject(reasonOf(failure))
        return
      }
      const text = Buffer.concat(chunks).toString('utf8')
      resolve({ status: head[':status'] ?? 0, text, headers: head })
    })
    stream.end(body)
  })
}

function isCut(stream: http2.ClientHttp2Stream): boolean {
  return stream.aborted || stream.rstCode !== http2.constants.NGHTTP2_NO_ERROR
}

/** HTTP/2 has many names for a connection that the other side has closed. */
function reasonOf(failure: unknown): Error {
  if (failure instanceof Error && systemCodeOf(failure)?.startsWith('ERR_HTTP2') !== true) {
    return failure
  }
  return Object.assign(new Error('the connection ended', { cause: failure }), {
    code: 'ECONNRESET',
  })
}
