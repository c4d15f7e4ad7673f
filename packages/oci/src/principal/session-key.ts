import { generateKeyPair } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { ServiceError, messageOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import { isOcid } from '../region/ocid.ts'
import type { Ocid } from '../region/ocid.ts'
import type { SigningKey } from '../signing/signed-headers.ts'
import { claimsOf } from './token-claims.ts'

/** A key for one session: made here, never written down, known to OCI only by its public half. */
export interface EphemeralKey {
  readonly privateKey: KeyObject
  /** SubjectPublicKeyInfo (DER) in base64, in one line: PEM without its armour. */
  readonly publicKey: string
}

const makeKeyPair = promisify(generateKeyPair)

/** Makes a key pair for one session. */
export async function ephemeralKey(): Promise<EphemeralKey> {
  const { privateKey, publicKey } = await makeKeyPair('rsa', { modulusLength: 2048 })
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return { privateKey, publicKey: der.toString('base64') }
}

/** A session that OCI has granted: who it is, and until when. */
export interface GrantedSession {
  readonly key: SigningKey
  /** The token itself, for tools that read it from a file. */
  readonly token: string
  /** OCID of the user or resource, as far as the token says it. */
  readonly subject: string | undefined
  readonly tenancy: Ocid | undefined
  readonly issuedAt: Date | undefined
  readonly expiresAt: Date
}

const seconds = v.pipe(v.number(), v.finite())
const claimsSchema = v.object({
  exp: seconds,
  iat: v.optional(seconds),
  sub: v.optional(v.string()),
  tenant: v.optional(v.string()),
  // What tokens of resources call it.
  res_tenant: v.optional(v.string()),
})

/**
 * A session from the token that a service gave.
 * @throws {@link ServiceError} when the token cannot be one.
 */
export function grantedSession(
  token: string,
  privateKey: KeyObject,
  service: string,
): GrantedSession {
  const claims = readClaims(token, service)
  const tenancy = claims.tenant ?? claims.res_tenant
  return {
    key: { keyId: `ST$${token}`, privateKey },
    token,
    subject: claims.sub,
    tenancy: tenancy !== undefined && isOcid(tenancy, 'tenancy') ? tenancy : undefined,
    issuedAt: claims.iat === undefined ? undefined : new Date(claims.iat * 1000),
    expiresAt: new Date(claims.exp * 1000),
  }
}

/**
 * When the session of a token ends.
 * @throws {@link ServiceError} when it is no token of a session.
 */
export function tokenExpiry(token: string): Date {
  return new Date(readClaims(token, 'the session token').exp * 1000)
}

function readClaims(token: string, service: string): v.InferOutput<typeof claimsSchema> {
  try {
    if (!/^[\w.-]+$/.test(token)) throw new Error('it has characters that no token has')
    return claimsOf(token, claimsSchema)
  } catch (error) {
    throw new ServiceError({
      service,
      title: 'The session token of OCI cannot be used',
      explanation: `What ${service} gave is no session token: ${messageOf(error)}.`,
      remedy: 'Run this job again; if it stays, check what that address really is.',
      cause: error,
    })
  }
}
