import { oneOf, optional, parsedBy, path, secret, text, withDefault } from '@oke-pipeline/core'
import type { Kind, Values } from '@oke-pipeline/core'
import { findRegion } from '../region/find-region.ts'
import { expectationOf, parseOcid } from '../region/ocid.ts'
import type { Ocid } from '../region/ocid.ts'
import { defaultConfigFile } from './config-file.ts'
import { parseDomainUrl } from './domain-url.ts'
import { parseRule } from './trust.ts'

/** The ways to an identity, in the order in which they are looked for. */
export const identityWays = [
  'github-oidc',
  'api-key',
  'session-token',
  'resource-principal',
  'oke-workload',
  'config-file',
  'instance-principal',
] as const

/** One of {@link identityWays}. */
export type IdentityWay = (typeof identityWays)[number]

/** An OCID of one of these types, as an input. */
export function ocidKind(...types: readonly string[]): Kind<Ocid> {
  return parsedBy({ type: 'Text', expects: expectationOf(types) }, (value) =>
    parseOcid(value, ...types),
  )
}

const region = parsedBy(
  { type: 'Text', expects: 'a region, such as eu-frankfurt-1 or fra' },
  (value) => findRegion(value, { domain: 'unknown.example' }).id,
)

const label = text({ pattern: /^[\w.-]+$/, expects: 'letters, digits, ".", "_" and "-"' })

/** The inputs by which every action that needs OCI gets its identity. */
export const identityInputs = {
  'oci-auth': withDefault(
    oneOf(['auto', ...identityWays]),
    'auto',
    'How this step becomes an identity of OCI. `auto` takes the first way that is configured, and says which and why not another.',
  ),
  'oci-region': optional(
    region,
    'Region, by identifier or key (`eu-frankfurt-1`, `fra`). By default `OCI_CLI_REGION`, else that of the profile, the resource or the instance.',
  ),
  'oci-domain-url': optional(
    parsedBy({ type: 'Text', expects: 'the address of an identity domain' }, parseDomainUrl),
    'For `github-oidc`: the address of the identity domain that trusts GitHub.',
  ),
  'oci-client-id': optional(label, 'For `github-oidc`: client id of the application in the trust.'),
  'oci-client-secret': optional(
    secret(),
    'For `github-oidc`: its client secret. It is of no use without a token that fits the trust.',
  ),
  'oci-audience': withDefault(
    text(),
    'https://cloud.oracle.com',
    'For `github-oidc`: audience of the token, as `clientClaimValues` of the trust has it.',
  ),
  'oci-trust-rule': optional(
    parsedBy({ type: 'Text', expects: 'a rule of the trust' }, parseRule),
    'For `github-oidc`: the rule of the trust, such as `sub eq repo:acme/shop:environment:production`, to be checked before the token is sent.',
  ),
  'oci-resource-type': optional(
    label,
    'For `github-oidc`: become the resource that the trust labels so (`impersonatingResource`), instead of a user. Not proven with OCIR and OKE.',
  ),
  'oci-tenancy': optional(
    ocidKind('tenancy'),
    'For `api-key`: OCID of the tenancy; by default `OCI_CLI_TENANCY`.',
  ),
  'oci-user': optional(
    ocidKind('user'),
    'For `api-key`: OCID of the user; by default `OCI_CLI_USER`.',
  ),
  'oci-fingerprint': optional(
    text({ pattern: /^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){15}$/, expects: 'a fingerprint, aa:bb:…' }),
    'For `api-key`: fingerprint of the key, to be compared with the key’s own; by default `OCI_CLI_FINGERPRINT`.',
  ),
  'oci-private-key': optional(
    secret(),
    'For `api-key`: the private key, in PEM; by default `OCI_CLI_KEY_CONTENT`.',
  ),
  'oci-passphrase': optional(
    secret(),
    'For `api-key`: passphrase of the key; by default `OCI_CLI_PASSPHRASE`.',
  ),
  'oci-config-file': withDefault(
    path(),
    defaultConfigFile,
    'For `config-file`: the file with the profile.',
  ),
  'oci-profile': optional(
    text(),
    'For `config-file`: the profile; by default `OCI_CLI_PROFILE`, else `DEFAULT`.',
  ),
} as const

/** The values of {@link identityInputs}. */
export type IdentityInputs = Values<typeof identityInputs>
