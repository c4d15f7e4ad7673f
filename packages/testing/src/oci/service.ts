import type { OciRequest, OciResponse } from './oci-request.ts'

/** A request whose signature has been verified. */
export interface ServiceRequest extends OciRequest {
  readonly path: string
  readonly query: URLSearchParams
  readonly caller: Caller
}

/** Who has signed. */
export interface Caller {
  /** OCID of the user or resource. */
  readonly principal: string
  /** What policies let it do, such as `manage repos`. */
  readonly grants: readonly string[]
}

/** One of OCI's services; undefined where a request is not its own. */
export type FakeService = (request: ServiceRequest) => OciResponse | undefined

/** An error as OCI's services answer it. */
export function failure(status: number, code: string, message: string): OciResponse {
  return { status, body: { code, message } }
}

/** OCI does not say whether a thing is missing or hidden. */
export const notFound = failure(
  404,
  'NotAuthorizedOrNotFound',
  'Authorization failed or requested resource not found.',
)

const verbs = ['inspect', 'read', 'use', 'manage']

/** Whether policies let a caller do this: a stronger verb includes the weaker ones. */
export function isAllowed({ grants }: Caller, verb: string, resource: string): boolean {
  return grants.some((grant) => {
    const [granted = '', family = ''] = grant.split(' ')
    return family === resource && verbs.indexOf(granted) >= verbs.indexOf(verb)
  })
}

/** What is wrong with the query of a request, by the names that the API documents. */
export function queryProblem(
  { query }: ServiceRequest,
  required: readonly string[],
  others: readonly string[],
): OciResponse | undefined {
  const missing = required.find((name) => (query.get(name) ?? '') === '')
  if (missing !== undefined) return failure(400, 'MissingParameter', `Missing ${missing}`)
  const unknown = [...query.keys()].find((name) => ![...required, ...others].includes(name))
  if (unknown === undefined) return undefined
  return failure(400, 'InvalidParameter', `Unknown parameter ${unknown}`)
}

/** What was asked for with this retry token is not done again; its answer is given again. */
export function once(
  { headers }: ServiceRequest,
  done: Map<string, OciResponse>,
  act: () => OciResponse,
): OciResponse {
  const token = headers['opc-retry-token'] ?? ''
  const response = done.get(token) ?? act()
  if (token !== '') done.set(token, response)
  return response
}

/** The JSON object of a request; undefined where the body is none. */
export function bodyOf({ body }: OciRequest): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** One page of a list; the next one has the number of its first item as its name. */
export function pageOf(request: ServiceRequest, items: readonly unknown[]): OciResponse {
  const start = Number(request.query.get('page') ?? 0)
  const size = Number(request.query.get('limit') ?? 100)
  const end = start + size
  return {
    status: 200,
    headers: end < items.length ? { 'opc-next-page': end.toFixed(0) } : {},
    body: { items: items.slice(start, end) },
  }
}
