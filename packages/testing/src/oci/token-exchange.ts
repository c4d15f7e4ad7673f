import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { FakeIdentity } from './fake-identity.ts'
import type { OpenService } from './fake-oci.ts'
import { verifiedClaims } from './jwt.ts'
import type { Claims } from './jwt.ts'
import type { OciRequest, OciResponse } from './oci-request.ts'

/** An identity propagation trust of an identity domain, and the application that it names. */
export interface FakeTrust {
  readonly issuer: string
  readonly issuerKey: KeyObject
  readonly audiences: readonly string[]
  readonly clientId: string
  readonly clientSecret: string
  /** First match wins, as in the trust: `sub eq …` or `sub co …`. */
  readonly rules: readonly FakeRule[]
  /** The label of an impersonated resource; the rules' users count for user sessions only. */
  readonly impersonatingResource?: string
  readonly tenancy: string
  readonly lifetimeSeconds: number
}

/** Whom a token that matches becomes. */
export interface FakeRule {
  readonly rule: string
  readonly user: string
  readonly isServiceUser?: boolean
}

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const tokenType = 'urn:oci:token-type'

class Refusal extends Error {
  readonly status: number
  readonly error: string

  constructor(status: number, error: string, description: string) {
    super(description)
    this.status = status
    this.error = error
  }
}

/** The token endpoint of an identity domain. */
export function fakeTokenExchange(
  trust: FakeTrust,
  identity: FakeIdentity,
  now: () => Date,
): OpenService {
  return (request) => {
    if (request.method !== 'POST' || request.target !== '/oauth2/v1/token') return undefined
    try {
      return { status: 200, body: { token: exchanged(request, trust, { identity, now: now() }) } }
    } catch (error) {
      if (error instanceof Refusal) return refused(error)
      throw error
    }
  }
}

function refused({ status, error, message }: Refusal): OciResponse {
  return { status, body: { error, error_description: message } }
}

function exchanged(
  request: OciRequest,
  trust: FakeTrust,
  { identity, now }: { readonly identity: FakeIdentity; readonly now: Date },
): string {
  checkClient(request, trust)
  const form = new URLSearchParams(request.body.toString())
  checkForm(request, form)
  const claims = checkToken(form, trust, now)
  return identity.issue({
    tenancy: trust.tenancy,
    principal: principalOf(form, claims, trust),
    publicKey: publicKeyOf(form),
    now,
    lifetimeSeconds: trust.lifetimeSeconds,
  })
}

function checkClient({ headers }: OciRequest, { clientId, clientSecret }: FakeTrust): void {
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  if (headers.authorization === `Basic ${basic}`) return
  throw new Refusal(401, 'invalid_client', 'Client authentication failed.')
}

function checkForm({ headers }: OciRequest, form: URLSearchParams): void {
  const type = headers['content-type'] ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded')) invalid('content type')
  if (form.get('grant_type') !== exchange) invalid('grant_type')
  if (form.get('subject_token_type') !== 'jwt') invalid('subject_token_type')
  const types = [`${tokenType}:oci-upst`, `${tokenType}:oci-rpst`]
  if (!types.includes(form.get('requested_token_type') ?? '')) invalid('requested_token_type')
}

function invalid(name: string): never {
  throw new Refusal(400, 'invalid_request', `Invalid or missing ${name}.`)
}

function checkToken(form: URLSearchParams, trust: FakeTrust, now: Date): Claims {
  const claims = verifiedClaims(form.get('subject_token') ?? '', trust.issuerKey, now)
  if (claims?.iss !== trust.issuer) {
    throw new Refusal(400, 'invalid_request', 'The token or its issuer is not trusted.')
  }
  if (!trust.audiences.includes(String(claims.aud))) {
    throw new Refusal(400, 'invalid_request', 'The audience is not in clientClaimValues.')
  }
  return claims
}

function principalOf(form: URLSearchParams, claims: Claims, trust: FakeTrust): string {
  if (form.get('requested_token_type')?.endsWith('rpst') === true) {
    if (form.get('res_type') !== trust.impersonatingResource) invalid('res_type')
    return `identityfederateddomainapp:${String(claims.sub)}`
  }
  const found = trust.rules.find(({ rule }) => isMatch(rule, claims))
  if (found === undefined) {
    const description = 'No rules matched from given token to find impersonation user'
    throw new Refusal(400, 'invalid_request', description)
  }
  if (found.isServiceUser !== false) return found.user
  throw new Refusal(401, 'unauthorized_client', 'User requesting is not a service user.')
}

function isMatch(rule: string, claims: Claims): boolean {
  const [, name = '', operator, value = ''] = /^(\S+) (eq|co) (.*)$/.exec(rule) ?? []
  const claim = String(claims[name])
  if (operator === 'co') return claim.includes(value)
  return value.endsWith('*') ? claim.startsWith(value.slice(0, -1)) : claim === value
}

function publicKeyOf(form: URLSearchParams): KeyObject {
  try {
    const key = Buffer.from(form.get('public_key') ?? '', 'base64')
    return createPublicKey({ key, type: 'spki', format: 'der' })
  } catch {
    return invalid('public_key')
  }
}
