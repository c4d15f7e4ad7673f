import * as http from 'node:http'
import * as https from 'node:https'
import type { ClusterAccess } from './access.ts'
import { timeoutError } from './connect-tls.ts'
import { sendWith } from './credential.ts'
import type { ApiAnswer, ApiRequest } from './exchange.ts'
import { agentPool, headersOf, urlOf } from './transport.ts'
import type { TransportOptions } from './transport.ts'

/** An answer that comes line by line for as long as the server has something to say. */
export interface ApiStream {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** Rejects with the system's error where the connection breaks. */
  readonly lines: AsyncIterable<string>
}

/** Opens a stream; rejects with the system's error when no answer begins in time. */
export type StreamTransport = (request: ApiRequest, signal: AbortSignal) => Promise<ApiStream>

const answerTimeoutMilliseconds = 10_000

/**
 * Streams over connections of their own: each holds one for minutes, which must not keep other
 * requests waiting.
 */
export function streamTransport(access: ClusterAccess, options: TransportOptions): StreamTransport {
  const { environment, userAgent } = options
  const pool = agentPool(access, { environment, connections: Infinity })
  return async (request, signal) =>
    sendWith(options.credential, (credential) => {
      const headers = headersOf(request, credential, { access, userAgent })
      const url = urlOf(access, request)
      return open({ url, agent: pool(credential), headers, signal })
    })
}

interface Opening {
  readonly url: URL
  readonly agent: http.Agent
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
}

async function open({ url, agent, headers, signal }: Opening): Promise<ApiStream> {
  const make = url.protocol === 'http:' ? http.request : https.request
  return new Promise((resolve, reject) => {
    const outgoing = make(url, { agent, headers, signal })
    const late = (): void => void outgoing.destroy(timeoutError())
    const timer = setTimeout(late, answerTimeoutMilliseconds)
    outgoing.on('close', () => clearTimeout(timer))
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      clearTimeout(timer)
      incoming.setEncoding('utf8')
      const { statusCode: status = 0, headers: told } = incoming
      resolve({ status, headers: told, lines: linesOf(incoming) })
    })
    outgoing.end()
  })
}

async function* linesOf(incoming: AsyncIterable<unknown>): AsyncGenerator<string> {
  let begun = ''
  for await (const chunk of incoming) {
    const lines = `${begun}${String(chunk)}`.split('\n')
    begun = lines.pop() ?? ''
    yield* lines
  }
  if (begun !== '') yield begun
}

/** A stream that turned out to be an ordinary answer, such as a refusal. */
export async function wholeAnswer({ status, headers, lines }: ApiStream): Promise<ApiAnswer> {
  const read: string[] = []
  for await (const line of lines) read.push(line)
  return { status, headers, text: read.join('\n') }
}
