import { ConfigurationError, isLoopback } from '@oke-pipeline/core'
import type { Region } from './find-region.ts'
import { kmsDomain } from './kms-domain.ts'

/** Host and base path of each service, as the SDKs' endpoint templates have them. */
const templates = {
  artifacts: 'https://artifacts.{region}.oci.{domain}/20160918',
  auth: 'https://auth.{region}.{domain}/v1',
  'container-engine': 'https://containerengine.{region}.oci.{domain}/20180222',
  // The API server's webhook knows this host only, without ".oci.", in what a token is signed for.
  'cluster-request': 'https://containerengine.{region}.{domain}/cluster_request',
  identity: 'https://identity.{region}.oci.{domain}/20160918',
  // Each vault has hosts of its own; the name of the vault is part of the OCID of its keys.
  'kms-crypto': 'https://{vault}-crypto.kms.{region}.{kms-domain}/20180608',
  'kms-management': 'https://{vault}-management.kms.{region}.{kms-domain}/20180608',
  'object-storage': 'https://objectstorage.{region}.{domain}',
  registry: 'https://ocir.{region}.oci.{domain}/20180419',
  'vulnerability-scanning': 'https://vss-cp-api.{region}.oci.{domain}/20210215',
} as const

/** A service of OCI that is called. */
export type Service = keyof typeof templates

/** What another address can stand in for; the metadata service has the same one everywhere. */
type Overridable = Service | 'instance-metadata'

const overridable = [...Object.keys(templates), 'instance-metadata'] as readonly Overridable[]

/** Base addresses that stand in for the real ones, by service. */
export type EndpointOverrides = Readonly<Partial<Record<Overridable, URL>>>

/** The base address of a service in a region, without a slash at its end; `{vault}` stays in it. */
export function endpointOf(
  service: Service,
  region: Region,
  overrides: EndpointOverrides = {},
): string {
  const override = overrides[service]
  if (override !== undefined) return override.href.replace(/\/$/, '')
  return templates[service]
    .replace('{region}', region.id)
    .replace('{domain}', region.domain)
    .replace('{kms-domain}', kmsDomain(region))
}

/**
 * Base addresses from the environment, `OKE_PIPELINE_OCI_ARTIFACTS=http://127.0.0.1:4599/…`: for
 * tests. Only addresses of this machine are taken, so that no setting can send a session elsewhere.
 * @throws {@link ConfigurationError} for any other address.
 */
export function endpointOverrides(
  environment: Readonly<Record<string, string | undefined>>,
): EndpointOverrides {
  const found = overridable.map((service) => [service, overrideOf(service, environment)] as const)
  return Object.fromEntries(found.filter(([, url]) => url !== undefined))
}

function overrideOf(
  service: Overridable,
  environment: Readonly<Record<string, string | undefined>>,
): URL | undefined {
  const name = `OKE_PIPELINE_OCI_${service.toUpperCase().replaceAll('-', '_')}`
  const text = environment[name]
  if (text === undefined || text === '') return undefined
  const url = URL.parse(text)
  if (url !== null && url.protocol === 'http:' && isLoopback(url.host)) return url
  throw new ConfigurationError({
    title: `${name} is not an address of this machine`,
    explanation: `It is "${text}"; only http://127.0.0.1, http://localhost and http://[::1] are taken, for tests.`,
    remedy: 'Remove the variable.',
  })
}
