import type { Ocid } from '../region/ocid.ts'
import type { SigningKey } from '../signing/signed-headers.ts'
import type { GrantedSession } from './session-key.ts'

/** An OCI identity that can sign, for as long as the job runs. */
export interface Session {
  /** Who it is and how it was got, for people: `API key 20:3b:… of ocid1.user…`. */
  readonly description: string
  /** As far as it is known without asking. */
  readonly tenancy: Ocid | undefined
  /** OCID of the user or resource, as far as it is known. */
  readonly subject: string | undefined
  /** The key to sign with; a session that is near its end is renewed first. */
  signingKey(): Promise<SigningKey>
  /** The token session behind it; undefined of an identity that signs with a key of its own. */
  granted(): Promise<GrantedSession | undefined>
  /** Gives up a key that was refused. Returns whether another one can be had. */
  discard(refused: SigningKey): boolean
}

/** What is known of an identity. */
export type Identity = Pick<Session, 'description'> & Partial<Pick<Session, 'tenancy' | 'subject'>>

/** An identity whose key is the same for ever. */
export function fixedSession(
  { description, tenancy, subject }: Identity,
  key: SigningKey,
): Session {
  return {
    description,
    tenancy,
    subject,
    signingKey: () => Promise.resolve(key),
    granted: () => Promise.resolve(undefined),
    discard: () => false,
  }
}
