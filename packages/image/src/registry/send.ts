import { dropBody } from '@oke-pipeline/core'
import type { HttpRequest, HttpResponse } from '@oke-pipeline/core'
import type { Authorization } from './authorization.ts'
import { requestOf } from './endpoint.ts'
import type { RegistryPorts } from './ports.ts'
import { refusal } from './problems.ts'
import type { Attempt } from './problems.ts'

/** An open way to one repository. */
export interface Connection {
  readonly origin: URL
  readonly authorization: Authorization
  readonly attempt: Omit<Attempt, 'doing'>
  readonly ports: RegistryPorts
  /** Whether the registry may take an upload in one request: unknown until it was seen not to. */
  readonly singleRequests: { isUseful: boolean }
}

/** A request to a repository, and which answers are good. */
export interface RepositoryRequest {
  readonly method: HttpRequest['method']
  readonly url: URL
  readonly doing: string
  readonly accepted: readonly number[]
  readonly headers?: Readonly<Record<string, string>>
  /** Called for each attempt, since a stream can be read once. */
  readonly body?: () => Uint8Array | AsyncIterable<Uint8Array>
  readonly timeoutSeconds?: number
  /** To be made after a cancellation as well: what tidies up. */
  readonly outlivesCancellation?: boolean
}

/**
 * Makes a request with the authorization that the registry asks for, which is renewed once when it
 * is refused. The body of the answer is left to the caller for GET, and dropped otherwise.
 * @throws ServiceError for any answer that is not accepted.
 */
export async function sendAuthorized(
  connection: Connection,
  request: RepositoryRequest,
): Promise<HttpResponse> {
  const response = await sendWithRenewal(connection, request)
  const { accepted, doing, method } = request
  if (!accepted.includes(response.status)) {
    throw await refusal({ ...connection.attempt, doing }, response)
  }
  if (method !== 'GET' || response.status === 404) await dropBody(response)
  return response
}

async function sendWithRenewal(
  connection: Connection,
  request: RepositoryRequest,
): Promise<HttpResponse> {
  const { authorization, origin } = connection
  // Uploads may be sent elsewhere by the registry: the authorization is for its own origin only.
  if (request.url.origin !== origin.origin) return sendOnce(connection, request, undefined)
  const used = await authorization.value()
  const first = await sendOnce(connection, request, used)
  if (first.status !== 401 || !authorization.renew(first, used)) return first
  await dropBody(first)
  return sendOnce(connection, request, await authorization.value())
}

function sendOnce(
  { attempt, ports }: Connection,
  request: RepositoryRequest,
  authorization: string | undefined,
): Promise<HttpResponse> {
  const { method, url, headers, body, timeoutSeconds, outlivesCancellation } = request
  return requestOf(ports, {
    method,
    url,
    service: `registry ${attempt.registry}`,
    headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(body === undefined ? {} : { body: body() }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(outlivesCancellation === undefined ? {} : { outlivesCancellation }),
  })
}
