import { isOcid } from '../region/ocid.ts'
import type { Ocid } from '../region/ocid.ts'
import type { ConfigFileSettings } from './config-file.ts'
import { parseDomainUrl } from './domain-url.ts'
import { githubIssuer } from './github-oidc.ts'
import type { GithubOidcSettings } from './github-oidc.ts'
import type { IdentityInputs } from './identity-inputs.ts'

/** What is known of an identity from inputs, and from the variables that OCI's own tools read. */
export interface IdentitySettings {
  readonly region: string | undefined
  readonly regionMetadata: string | undefined
  readonly oidc: OidcSettings
  readonly tenancy: Ocid | undefined
  readonly user: Ocid | undefined
  readonly fingerprint: string | undefined
  readonly privateKey: string | undefined
  readonly keyFile: string | undefined
  readonly passphrase: string | undefined
  readonly securityTokenFile: string | undefined
  readonly config: ConfigFileSettings
}

/** Settings for the workflow's own token, of which some may not be given. */
export type OidcSettings = Pick<GithubOidcSettings, 'as' | 'trust'> & {
  readonly domainUrl: URL | undefined
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Inputs count before variables; the names of the variables are those of OCI CLI and Terraform. */
export function identitySettings(
  inputs: IdentityInputs,
  environment: Environment,
): IdentitySettings {
  const cli = (name: string): string | undefined => given(environment[`OCI_CLI_${name}`])
  return {
    region: inputs['oci-region'] ?? cli('REGION'),
    regionMetadata: given(environment.OCI_REGION_METADATA),
    oidc: oidcSettings(inputs, environment),
    tenancy: inputs['oci-tenancy'] ?? ocidFrom(cli('TENANCY'), 'tenancy'),
    user: inputs['oci-user'] ?? ocidFrom(cli('USER'), 'user'),
    fingerprint: inputs['oci-fingerprint'] ?? cli('FINGERPRINT'),
    privateKey: inputs['oci-private-key'] ?? cli('KEY_CONTENT'),
    keyFile: cli('KEY_FILE'),
    passphrase: inputs['oci-passphrase'] ?? cli('PASSPHRASE'),
    securityTokenFile: cli('SECURITY_TOKEN_FILE'),
    config: {
      file: cli('CONFIG_FILE') ?? inputs['oci-config-file'],
      profile: inputs['oci-profile'] ?? cli('PROFILE') ?? 'DEFAULT',
    },
  }
}

function oidcSettings(inputs: IdentityInputs, environment: Environment): OidcSettings {
  const variable = (name: string): string | undefined =>
    given(environment[`OCI_TOKEN_EXCHANGE_${name}`])
  const domain = variable('DOMAIN_URL')
  const resourceType = inputs['oci-resource-type']
  return {
    as: resourceType === undefined ? 'user' : { resourceType },
    trust: {
      issuer: githubIssuer,
      audience: inputs['oci-audience'],
      rule: inputs['oci-trust-rule'],
    },
    domainUrl:
      inputs['oci-domain-url'] ?? (domain === undefined ? undefined : parseDomainUrl(domain)),
    clientId: inputs['oci-client-id'] ?? variable('CLIENT_ID'),
    clientSecret: inputs['oci-client-secret'] ?? variable('CLIENT_SECRET'),
  }
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value
}

function ocidFrom(value: string | undefined, type: string): Ocid | undefined {
  return value !== undefined && isOcid(value, type) ? value : undefined
}
