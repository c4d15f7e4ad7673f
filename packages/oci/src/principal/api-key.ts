import { ConfigurationError } from '@oke-pipeline/core'
import type { OciPorts } from '../client/ports.ts'
import type { Ocid } from '../region/ocid.ts'
import { fingerprintOf, readPrivateKey } from '../signing/private-key.ts'
import { fixedSession } from './session.ts'
import type { Session } from './session.ts'

/** An API signing key of a user. */
export interface ApiKeySettings {
  readonly tenancy: Ocid
  readonly user: Ocid
  /** As the console shows it; worked out from the key if absent. */
  readonly fingerprint: string | undefined
  readonly privateKey: string
  readonly passphrase: string | undefined
}

/**
 * A user with an API key.
 * @throws ConfigurationError when the fingerprint is another key's: OCI would only say "not
 * authenticated".
 */
export function apiKeySession(settings: ApiKeySettings, ports: Pick<OciPorts, 'mask'>): Session {
  const { tenancy, user, passphrase } = settings
  ports.mask(settings.privateKey)
  if (passphrase !== undefined) ports.mask(passphrase)
  const privateKey = readPrivateKey(settings.privateKey, passphrase)
  const fingerprint = fingerprintOf(privateKey)
  const given = settings.fingerprint?.trim().toLowerCase()
  if (given !== undefined && given !== fingerprint) throw mismatch(given, fingerprint)
  return fixedSession(
    { description: `the API key ${fingerprint} of ${user}`, tenancy, subject: user },
    { keyId: `${tenancy}/${user}/${fingerprint}`, privateKey },
  )
}

function mismatch(given: string, fingerprint: string): ConfigurationError {
  return new ConfigurationError({
    title: 'The private key does not belong to the fingerprint',
    explanation: `The key’s fingerprint is ${fingerprint}; "${given}" is given.`,
    remedy: 'Take both from the same API key of the user, or leave the fingerprint out.',
  })
}
