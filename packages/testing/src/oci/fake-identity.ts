import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { signJwt, verifiedClaims } from './jwt.ts'

/** What OCI knows of keys and session tokens. */
export interface FakeIdentity {
  /** Adds an API key; returns the id to sign with. */
  addApiKey(tenancy: string, user: string, publicKey: KeyObject): string
  /** Makes a session token that is bound to a key. */
  issue(session: IssuedSession): string
  /** The key and the principal behind a key id, if it is known and valid. */
  find(
    keyId: string,
    now: Date,
  ): { readonly key: KeyObject; readonly principal: string } | undefined
  /** Ends all sessions before their time. */
  revokeAll(): void
}

/** A session, as its token says it. */
export interface IssuedSession {
  readonly tenancy: string
  readonly principal: string
  readonly publicKey: KeyObject
  readonly now: Date
  readonly lifetimeSeconds: number
  readonly claims?: Readonly<Record<string, unknown>>
}

/** An identity service that signs its tokens with a key of its own. */
export function fakeIdentity(): FakeIdentity {
  const authority = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const apiKeys = new Map<string, { readonly key: KeyObject; readonly principal: string }>()
  let isRevoked: (issuedAt: number) => boolean = () => false
  let serial = 0
  return {
    addApiKey(tenancy, user, publicKey) {
      const id = `${tenancy}/${user}/${fingerprint(publicKey)}`
      apiKeys.set(id, { key: publicKey, principal: user })
      return id
    },
    issue({ tenancy, principal, publicKey, now, lifetimeSeconds, claims = {} }) {
      const seconds = Math.floor(now.getTime() / 1000)
      serial += 1
      return signJwt(
        {
          iss: 'authService.oracle.com',
          sub: principal,
          tenant: tenancy,
          iat: seconds,
          exp: seconds + lifetimeSeconds,
          jti: serial,
          jwk: JSON.stringify(publicKey.export({ format: 'jwk' })),
          ...claims,
        },
        authority.privateKey,
      )
    },
    find(keyId, now) {
      if (!keyId.startsWith('ST$')) return apiKeys.get(keyId)
      const claims = verifiedClaims(keyId.slice(3), authority.publicKey, now)
      if (claims === undefined || isRevoked(Number(claims.jti))) return undefined
      const jwk = JSON.parse(String(claims.jwk)) as Record<string, string>
      return { key: createPublicKey({ key: jwk, format: 'jwk' }), principal: String(claims.sub) }
    },
    revokeAll() {
      const last = serial
      isRevoked = (number) => number <= last
    },
  }
}

function fingerprint(key: KeyObject): string {
  const hex = createHash('md5')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
  return hex.match(/../g)?.join(':') ?? ''
}
