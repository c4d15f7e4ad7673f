import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { ServiceError, reasonOf } from '@oke-pipeline/core'

/** A request to a server whose certificate is signed by an authority of its own. */
export interface TrustingRequest {
  readonly url: URL
  /** The authority, in PEM: no other is trusted. */
  readonly authority: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly service: string
  readonly signal: AbortSignal
}

/** What it was answered. */
export interface TrustedAnswer {
  readonly status: number
  readonly text: string
}

const timeoutMilliseconds = 10_000
const longestAnswer = 1024 * 1024

/** Posts to such a server; fetch cannot be told of another authority. */
export async function postTrusting(call: TrustingRequest): Promise<TrustedAnswer> {
  try {
    const response = await answerTo(call)
    return { status: response.statusCode ?? 0, text: await textOf(response) }
  } catch (error) {
    call.signal.throwIfAborted()
    throw new ServiceError({
      service: call.service,
      title: `No answer from ${call.service}`,
      explanation: `POST ${call.url.origin}${call.url.pathname} failed: ${reasonOf(error)}.`,
      remedy: 'Check that this runner is a pod of an enhanced OKE cluster.',
      isRetryable: true,
      cause: error,
    })
  }
}

async function answerTo(call: TrustingRequest): Promise<IncomingMessage> {
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMilliseconds)])
  return new Promise((resolve, reject) => {
    const outgoing = request(call.url, {
      method: 'POST',
      ca: call.authority,
      headers: { ...call.headers, 'content-length': Buffer.byteLength(call.body) },
      signal,
    })
    outgoing.on('error', reject)
    outgoing.on('response', resolve)
    outgoing.end(call.body)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk
    if (text.length > longestAnswer) throw new RangeError('the answer is too long')
  }
  return text
}
