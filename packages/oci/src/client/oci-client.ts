import { randomUUID } from 'node:crypto'
import { retry } from '@oke-pipeline/core'
import type { HttpHeaders, HttpResponse, RetryPolicy } from '@oke-pipeline/core'
import type * as v from 'valibot'
import type { Session } from '../principal/session.ts'
import { endpointOf } from '../region/endpoints.ts'
import type { EndpointOverrides, Service } from '../region/endpoints.ts'
import type { Region } from '../region/find-region.ts'
import { httpDate, signedHeaders } from '../signing/signed-headers.ts'
import type { UnsignedRequest } from '../signing/signed-headers.ts'
import { describeSkew, skewOf } from './clock-skew.ts'
import type { OciPorts } from './ports.ts'
import { parseJson, readText } from './read-json.ts'
import { refusal, unusableAnswer } from './refusal.ts'
import type { Attempt } from './refusal.ts'

/** One call of OCI's API. */
export interface OciCall {
  readonly service: Service
  /** For the services of a vault: which one, as the OCIDs of its keys name it. */
  readonly vault?: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the service's base path, `/container/repositories`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** The `etag` that the thing must still have: it is not changed where another one changed it. */
  readonly ifMatch?: string | undefined
  /** What it does, for errors: `Listing the container repositories`. */
  readonly doing: string
  /** The IAM policy that it takes, for errors. */
  readonly policy?: string
}

/** An answer, and the page that follows it. */
export interface OciAnswer<T> {
  readonly value: T
  readonly nextPage: string | undefined
  /** Which state of the thing it is, for `ifMatch`. */
  readonly etag: string | undefined
}

/** OCI's API in one region, as one identity. */
export interface OciClient {
  readonly region: Region
  /** @throws ServiceError with the `opc-request-id`, once attempts or time are used up. */
  json<Schema extends v.GenericSchema>(
    call: OciCall,
    schema: Schema,
  ): Promise<OciAnswer<v.InferOutput<Schema>>>
  /** For the few calls whose answer is no JSON. */
  text(call: OciCall): Promise<string>
}

/** Where a client calls. */
export interface OciPlace {
  readonly region: Region
  readonly overrides?: EndpointOverrides
}

/** What Oracle's SDKs do: eight attempts, no delay longer than half a minute. */
const policy: RetryPolicy = {
  attempts: 8,
  deadlineSeconds: 180,
  firstDelaySeconds: 1,
  longestDelaySeconds: 30,
}

const skewToWarnOf = 60

/** A client that signs every attempt anew and follows no redirect. */
export function ociClient(session: Session, place: OciPlace, ports: OciPorts): OciClient {
  let isSkewSaid = false
  return {
    region: place.region,
    json: (call, schema) => answerTo(call, (text) => parseJson(schema, text)),
    text: async (call) => (await answerTo(call, (text) => text)).value,
  }

  async function answerTo<T>(call: OciCall, read: (text: string) => T): Promise<OciAnswer<T>> {
    const request = requestOf(call, place)
    return retry(async () => readAnswer(await sendTwice(call, request), read), ports, policy)
  }

  /** A session may have ended early, on the other side: then a fresh one is tried once. */
  async function sendTwice(call: OciCall, request: UnsignedRequest): Promise<Exchange> {
    const first = await send(call, request)
    return first.response.status === 401 && first.discard() ? send(call, request) : first
  }

  async function send(call: OciCall, request: UnsignedRequest): Promise<Exchange> {
    const key = await session.signingKey()
    const at = ports.clock.now()
    const attempt: Attempt = {
      doing: call.doing,
      url: request.url,
      method: request.method,
      identity: session.description,
      policy: call.policy,
      at,
    }
    const response = await ports.http.request({
      ...request,
      headers: signedHeaders(request, key, httpDate(at)),
      redirect: 'manual',
      service: `OCI ${request.url.host}`,
    })
    saySkew(response)
    return { attempt, response, discard: () => session.discard(key) }
  }

  function saySkew({ headers }: HttpResponse): void {
    const skew = skewOf(headers, ports.clock.now()) ?? 0
    if (isSkewSaid || Math.abs(skew) < skewToWarnOf) return
    isSkewSaid = true
    ports.log.warning(
      `The clock of this runner is ${describeSkew(skew)}: from 5 min on, OCI refuses.`,
    )
  }
}

/** With blanks as %20: what is signed is what is sent, and not every service takes a "+". */
function queryOf({ query = {} }: OciCall): string {
  return Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value = '']) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
}

interface Exchange {
  readonly attempt: Attempt
  readonly response: HttpResponse
  discard(): boolean
}

function requestOf(call: OciCall, { region, overrides }: OciPlace): UnsignedRequest {
  const base = endpointOf(call.service, region, overrides).replace('{vault}', call.vault ?? '')
  const url = new URL(`${base}${call.path}`)
  url.search = queryOf(call)
  return {
    method: call.method,
    url,
    // The same in every attempt: OCI does not do again what it has done for this token already.
    headers: {
      accept: 'application/json',
      ...(call.method === 'POST' ? { 'opc-retry-token': randomUUID() } : {}),
      ...(call.ifMatch === undefined ? {} : { 'if-match': call.ifMatch }),
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  }
}

async function readAnswer<T>(
  { attempt, response }: Exchange,
  read: (text: string) => T,
): Promise<OciAnswer<T>> {
  if (!response.ok) throw await refusal(attempt, response)
  try {
    const value = read(await readText(response))
    const { headers } = response
    return { value, nextPage: textOf(headers, 'opc-next-page'), etag: textOf(headers, 'etag') }
  } catch (error) {
    const says = error instanceof Error ? error.message : 'the connection ended early'
    throw unusableAnswer(attempt, response, { says, cause: error })
  }
}

function textOf(headers: HttpHeaders, name: string): string | undefined {
  const text = headers.get(name) ?? ''
  return text === '' ? undefined : text
}
