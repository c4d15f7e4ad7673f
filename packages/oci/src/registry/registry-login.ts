import { ConfigurationError } from '@oke-pipeline/core'
import * as v from 'valibot'
import { ociClient } from '../client/oci-client.ts'
import type { OciClient } from '../client/oci-client.ts'
import type { OciPorts } from '../client/ports.ts'
import type { OciIdentity } from '../principal/find-identity.ts'
import { registryHosts } from './registry-host.ts'

/** A login to OCIR, as Docker's tools take it. */
export interface RegistryLogin {
  readonly host: string
  readonly username: 'BEARER_TOKEN'
  readonly password: string
  /** OCIR gives an hour. What the token may do is settled when it is made, and stays. */
  readonly expiresAt: Date
}

const hourSeconds = 3600

const tokenSchema = v.pipe(
  v.object({
    token: v.nullish(v.string(), ''),
    access_token: v.nullish(v.string(), ''),
    expires_in: v.nullish(v.number(), hourSeconds),
  }),
  v.transform((answer) => ({
    token: answer.token === '' ? answer.access_token : answer.token,
    seconds: answer.expires_in,
  })),
  v.check(({ token }) => token !== '', 'it has neither token nor access_token'),
)

/**
 * Logs in to OCIR with an identity, for the host that the images are named with. Do it just before
 * it is needed: policies that come later do not count for this login.
 */
export async function registryLogin(
  identity: Pick<OciIdentity, 'session' | 'region' | 'overrides'>,
  host: string,
  ports: OciPorts,
): Promise<RegistryLogin> {
  const at = ports.clock.now()
  const { value } = await clientFor(identity, host, ports).json(
    {
      service: 'registry',
      method: 'GET',
      path: '/docker/token',
      doing: `Logging in to ${host}`,
      policy: 'Allow group … to read repos in compartment … (to push: manage repos)',
    },
    tokenSchema,
  )
  ports.mask(value.token)
  return {
    host,
    username: 'BEARER_TOKEN',
    password: value.token,
    expiresAt: new Date(at.getTime() + value.seconds * 1000),
  }
}

/** The token is asked of the host itself; a signature goes to hosts of the region's OCIR only. */
function clientFor(
  { session, region, overrides }: Pick<OciIdentity, 'session' | 'region' | 'overrides'>,
  host: string,
  ports: OciPorts,
): OciClient {
  if (!registryHosts(region).includes(host)) {
    throw new ConfigurationError({
      title: `"${host}" is not the registry of ${region.id}`,
      explanation: `OCIR of this region is ${registryHosts(region).join(', ')}.`,
      remedy: 'Check the region, and the host in the name of the image.',
    })
  }
  const registry = overrides?.registry ?? new URL(`https://${host}/20180419`)
  return ociClient(session, { region, overrides: { ...overrides, registry } }, ports)
}
