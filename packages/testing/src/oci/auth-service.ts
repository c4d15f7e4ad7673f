import { X509Certificate, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { FakeIdentity } from './fake-identity.ts'
import type { OpenService } from './fake-oci.ts'
import type { OciRequest, OciResponse } from './oci-request.ts'
import { bodyOf, failure } from './service.ts'
import type { FakeService } from './service.ts'
import { SignatureProblem, verifySignature } from './verify-signature.ts'

/** How OCI's authentication service makes sessions. */
export interface FakeAuthSettings {
  readonly tenancy: string
  readonly identity: FakeIdentity
  readonly now: () => Date
  readonly lifetimeSeconds: number
}

/** Extends the session that asks for it. */
export function fakeSessionRefresh(settings: FakeAuthSettings): FakeService {
  return (request) => {
    if (request.method !== 'POST' || request.path !== '/v1/authentication/refresh') return undefined
    const keyId = /keyId="([^"]+)"/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (keyId !== `ST$${String(bodyOf(request)?.currentToken)}`) {
      return failure(401, 'NotAuthenticated', 'A session extends itself only.')
    }
    const publicKey = settings.identity.find(keyId, settings.now())?.key
    if (publicKey === undefined) return failure(401, 'NotAuthenticated', 'No such session.')
    return granted(settings, request.caller.principal, publicKey)
  }
}

/** Gives a short session to a user who has signed with an API key. */
export function fakeUserSession(settings: FakeAuthSettings): FakeService {
  return (request) => {
    const path = '/v1/token/upst/actions/GenerateUpst'
    if (request.method !== 'POST' || request.path !== path) return undefined
    const { publicKey, sessionExpirationInMinutes: minutes } = bodyOf(request) ?? {}
    if (typeof publicKey !== 'string' || typeof minutes !== 'number') {
      return failure(400, 'InvalidParameter', 'publicKey and sessionExpirationInMinutes')
    }
    if (minutes < 5 || minutes > 60) return failure(400, 'InvalidParameter', 'minutes')
    const lifetimeSeconds = minutes * 60
    return granted(
      { ...settings, lifetimeSeconds },
      request.caller.principal,
      createPublicKey(publicKey),
    )
  }
}

/** Gives a session to an instance: its certificate signs the request, and vouches for the key. */
export function fakeInstanceFederation(settings: FakeAuthSettings, instance: string): OpenService {
  return (request) => {
    if (request.method !== 'POST' || request.target !== '/v1/x509') return undefined
    try {
      const body = bodyOf(request) ?? {}
      checkInstance(request, body, settings)
      return granted(settings, instance, spki(String(body.publicKey)))
    } catch (error) {
      return failure(401, 'NotAuthenticated', String(error))
    }
  }
}

function checkInstance(
  request: OciRequest,
  body: Readonly<Record<string, unknown>>,
  { tenancy, now }: FakeAuthSettings,
): void {
  const leaf = certificateOf(body.certificate)
  const chain = Array.isArray(body.intermediateCertificates) ? body.intermediateCertificates : []
  const issuer = certificateOf(chain[0])
  if (!leaf.verify(issuer.publicKey)) throw new SignatureProblem('the chain is broken')
  if (!leaf.subject.includes(`opc-tenant:${tenancy}`)) throw new SignatureProblem('wrong tenancy')
  if (body.purpose !== 'DEFAULT') throw new SignatureProblem('wrong purpose')
  const name = `${tenancy}/fed-x509/${leaf.fingerprint.toLowerCase()}`
  verifySignature(request, (id) => (id === name ? leaf.publicKey : undefined), now())
}

function certificateOf(base64: unknown): X509Certificate {
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/=]+$/.test(base64)) {
    throw new SignatureProblem('a certificate is expected, in base64 and one line')
  }
  return new X509Certificate(Buffer.from(base64, 'base64'))
}

function spki(base64: string): KeyObject {
  return createPublicKey({ key: Buffer.from(base64, 'base64'), type: 'spki', format: 'der' })
}

function granted(
  { identity, tenancy, now, lifetimeSeconds }: FakeAuthSettings,
  principal: string,
  publicKey: KeyObject,
): OciResponse {
  const token = identity.issue({ tenancy, principal, publicKey, now: now(), lifetimeSeconds })
  return { status: 200, body: { token } }
}
