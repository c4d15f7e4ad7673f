import { ReportedError } from '@oke-pipeline/core'
import type { EndpointOverrides } from '../region/endpoints.ts'
import { findRegion } from '../region/find-region.ts'
import type { Region } from '../region/find-region.ts'
import { apiKeySession } from './api-key.ts'
import { configFileSession, readProfile } from './config-file.ts'
import { githubOidcSession } from './github-oidc.ts'
import type { IdentityWay } from './identity-inputs.ts'
import type { IdentitySettings } from './identity-settings.ts'
import { instanceMetadata, isInstance, regionOfInstance } from './instance-metadata.ts'
import { instancePrincipalSession } from './instance-principal.ts'
import { isOkeWorkload, okeWorkloadSession } from './oke-workload-identity.ts'
import type { PrincipalPorts } from './ports.ts'
import { readNamedFile } from './read-named-file.ts'
import { isResource, regionOfResource, resourcePrincipalSession } from './resource-principal.ts'
import { sessionTokenSession } from './session-token.ts'
import type { Session } from './session.ts'

/** What every way gets. */
export interface WayContext {
  readonly settings: IdentitySettings
  readonly overrides: EndpointOverrides
  readonly ports: PrincipalPorts
}

/** A way that can be gone here, or what it lacks, in words. */
export type Outlook = OpenWay | { readonly lacks: string }

/** A way that can be gone here. */
export interface OpenWay {
  /** The region that the identity is at home in, where it knows one. */
  readonly region?: Region | undefined
  start(region: Region): Promise<Session> | Session
}

/** All ways by name. */
export const ways: Readonly<
  Record<IdentityWay, (context: WayContext) => Promise<Outlook> | Outlook>
> = {
  'github-oidc': githubOidc,
  'api-key': apiKey,
  'session-token': sessionToken,
  'resource-principal': resourcePrincipal,
  'oke-workload': okeWorkload,
  'config-file': configFile,
  'instance-principal': instancePrincipal,
}

function githubOidc({ settings: { oidc }, ports }: WayContext): Outlook {
  const { domainUrl, clientId, clientSecret } = oidc
  if (domainUrl === undefined) return { lacks: '"oci-domain-url" is not given' }
  if (clientId === undefined) return { lacks: '"oci-client-id" is not given' }
  if (clientSecret === undefined) return { lacks: '"oci-client-secret" is not given' }
  return {
    start: () => githubOidcSession({ ...oidc, domainUrl, clientId, clientSecret }, ports),
  }
}

async function apiKey({ settings, ports }: WayContext): Promise<Outlook> {
  const { tenancy, user, fingerprint, passphrase } = settings
  if (tenancy === undefined) return { lacks: '"oci-tenancy" is not given' }
  if (user === undefined) return { lacks: '"oci-user" is not given' }
  const privateKey = await keyOf(settings, ports)
  if (privateKey === undefined) return { lacks: '"oci-private-key" is not given' }
  return {
    start: () => apiKeySession({ tenancy, user, fingerprint, privateKey, passphrase }, ports),
  }
}

async function sessionToken({ settings, overrides, ports }: WayContext): Promise<Outlook> {
  const { securityTokenFile: file, passphrase } = settings
  if (file === undefined) return { lacks: 'OCI_CLI_SECURITY_TOKEN_FILE is not set' }
  const privateKey = await keyOf(settings, ports)
  if (privateKey === undefined) return { lacks: 'OCI_CLI_KEY_FILE is not set' }
  return {
    start: async (region) => {
      const token = await readNamedFile('OCI_CLI_SECURITY_TOKEN_FILE', file, ports)
      return sessionTokenSession({ token, privateKey, passphrase }, { region, overrides }, ports)
    },
  }
}

async function keyOf(
  { privateKey, keyFile }: IdentitySettings,
  ports: PrincipalPorts,
): Promise<string | undefined> {
  if (privateKey !== undefined || keyFile === undefined) return privateKey
  return readNamedFile('OCI_CLI_KEY_FILE', keyFile, ports)
}

function resourcePrincipal({ settings, ports }: WayContext): Outlook {
  if (!isResource(ports)) return { lacks: 'OCI_RESOURCE_PRINCIPAL_VERSION is not set' }
  return {
    region: regionNamed(regionOfResource(ports), settings),
    start: () => resourcePrincipalSession(ports),
  }
}

function okeWorkload({ ports }: WayContext): Outlook {
  if (!isOkeWorkload(ports)) return { lacks: 'this runner is no pod of an enhanced OKE cluster' }
  return { start: () => okeWorkloadSession(ports) }
}

async function configFile({ settings, overrides, ports }: WayContext): Promise<Outlook> {
  try {
    const profile = await readProfile(settings.config, ports)
    return {
      region: regionNamed(profile.region, settings),
      start: (region) => configFileSession(profile, { region, overrides }, ports),
    }
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    return { lacks: error.title }
  }
}

async function instancePrincipal({ overrides, ports }: WayContext): Promise<Outlook> {
  const base = instanceMetadata(overrides)
  if (!(await isInstance(base, ports))) return { lacks: 'this runner is no instance of OCI' }
  return {
    region: await regionOfInstance(base, ports),
    start: (region) => instancePrincipalSession(base, { region, overrides }, ports),
  }
}

function regionNamed(
  name: string | undefined,
  { regionMetadata }: IdentitySettings,
): Region | undefined {
  if (name === undefined || name === '') return undefined
  return findRegion(name, regionMetadata === undefined ? {} : { metadata: regionMetadata })
}
