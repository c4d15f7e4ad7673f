import type { Clock } from '@oke-pipeline/core'
import type { OciIdentity } from '../principal/find-identity.ts'
import { endpointOf } from '../region/endpoints.ts'
import type { Ocid } from '../region/ocid.ts'
import { httpDate, signedHeaders } from '../signing/signed-headers.ts'
import type { SigningKey } from '../signing/signed-headers.ts'

/** A token for the API server of an OKE cluster. */
export interface ClusterToken {
  readonly token: string
  readonly expiresAt: Date
  /** The key that it is signed with, to be given up where the token is refused. */
  readonly signedBy: SigningKey
}

/** The API server takes a token for five minutes; one minute is for the way. */
const lifetimeSeconds = 240

/**
 * Makes a token for a cluster, as `oci ce cluster generate-token` does: a signed request that the
 * API server lets OCI verify, in base64url with padding. Nothing is sent for it.
 */
export async function clusterToken(
  { session, region, overrides }: Pick<OciIdentity, 'session' | 'region' | 'overrides'>,
  cluster: Ocid,
  clock: Clock,
): Promise<ClusterToken> {
  const url = new URL(`${endpointOf('cluster-request', region, overrides)}/${cluster}`)
  const now = clock.now()
  const date = httpDate(now)
  const key = await session.signingKey()
  const { authorization = '' } = signedHeaders({ method: 'GET', url }, key, date)
  const whole = `${url.href}?${new URLSearchParams({ authorization, date }).toString()}`
  return {
    token: Buffer.from(whole).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
    expiresAt: new Date(now.getTime() + lifetimeSeconds * 1000),
    signedBy: key,
  }
}
