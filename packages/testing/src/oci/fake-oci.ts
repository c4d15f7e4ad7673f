import { fakeIdentity } from './fake-identity.ts'
import type { FakeIdentity } from './fake-identity.ts'
import type { OciRequest, OciResponse } from './oci-request.ts'
import { failure, notFound } from './service.ts'
import type { FakeService } from './service.ts'
import { SignatureProblem, verifySignature } from './verify-signature.ts'

/** A part that answers without a signature of an OCI identity: GitHub, a token exchange, metadata. */
export type OpenService = (request: OciRequest) => OciResponse | undefined

/** An answer that is given instead of the right one. */
export interface OciFault extends OciResponse {
  /** Only to requests whose method and path match, such as `GET /20210215/`; to any by default. */
  readonly only?: string
  /** How many requests get it; one by default. */
  readonly times?: number
  /** Whether the request is carried out all the same: its answer is lost on the way. */
  readonly isAfter?: boolean
}

/** What a fake of OCI is made of. */
export interface FakeOciSettings {
  readonly services?: readonly FakeService[]
  readonly openServices?: readonly OpenService[]
  /** What policies let each principal do, by OCID: `{ 'ocid1.user…': ['read repos'] }`. */
  readonly grants?: Readonly<Record<string, readonly string[]>>
  readonly identity?: FakeIdentity
  readonly now?: () => Date
}

/** OCI's control plane as far as it is needed: it checks what it gets, and fails on purpose. */
export interface FakeOci {
  readonly identity: FakeIdentity
  /** Every request that came, as `GET /path?query`. */
  readonly seen: OciRequest[]
  failNext(fault: OciFault): void
  handle: (request: OciRequest) => OciResponse
}

/** Makes a control plane of some services. */
export function fakeOci(settings: FakeOciSettings = {}): FakeOci {
  const { services = [], openServices = [], grants = {}, now = () => new Date() } = settings
  const identity = settings.identity ?? fakeIdentity()
  const faults: (OciFault & { left: number })[] = []
  const seen: OciRequest[] = []
  return {
    identity,
    seen,
    failNext: (fault) => void faults.push({ ...fault, left: fault.times ?? 1 }),
    handle(request) {
      const { headers, ...response } = injected(request) ?? answer(request)
      const id = `REQUEST/${seen.push(request).toFixed(0)}`
      return {
        ...response,
        headers: { 'opc-request-id': id, date: now().toUTCString(), ...headers },
      }
    },
  }

  function answer(request: OciRequest): OciResponse {
    return firstOf(openServices, (service) => service(request)) ?? signed(request)
  }

  function injected(request: OciRequest): OciResponse | undefined {
    const line = `${request.method} ${request.target}`
    const fault = faults.find(({ only = '', left }) => left > 0 && line.startsWith(only))
    if (fault === undefined) return undefined
    fault.left -= 1
    if (fault.isAfter === true) answer(request)
    const { status, headers, body } = fault
    return { status, ...(headers === undefined ? {} : { headers }), body }
  }

  function signed(request: OciRequest): OciResponse {
    try {
      const keyId = verifySignature(request, (id) => identity.find(id, now())?.key, now())
      const principal = identity.find(keyId, now())?.principal ?? ''
      const url = new URL(request.target, 'http://fake')
      const caller = { principal, grants: grants[principal] ?? [] }
      const whole = { ...request, path: url.pathname, query: url.searchParams, caller }
      return firstOf(services, (service) => service(whole)) ?? notFound
    } catch (error) {
      if (!(error instanceof SignatureProblem)) throw error
      return failure(401, 'NotAuthenticated', error.message)
    }
  }
}

function firstOf<Item>(
  items: readonly Item[],
  answer: (item: Item) => OciResponse | undefined,
): OciResponse | undefined {
  for (const item of items) {
    const response = answer(item)
    if (response !== undefined) return response
  }
  return undefined
}
