import type { SigningKey } from '../signing/signed-headers.ts'

/** An OCI identity that can sign, for as long as the job runs. */
export interface Session {
  /** Who it is and how it was got, for people: `API key 20:3b:… of ocid1.user…`. */
  readonly description: string
  /** The key to sign with; a session that is near its end is renewed first. */
  signingKey(): Promise<SigningKey>
  /** Gives up a key that was refused. Returns whether another one can be had. */
  discard(refused: SigningKey): boolean
}

/** A session whose key is the same for ever. */
export function fixedSession(description: string, key: SigningKey): Session {
  return { description, signingKey: () => Promise.resolve(key), discard: () => false }
}
