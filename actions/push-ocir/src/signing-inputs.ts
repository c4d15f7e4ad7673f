import {
  UnacceptableValue,
  isLoopback,
  list,
  oneOf,
  optional,
  parsedBy,
  withDefault,
} from '@oke-pipeline/core'
import type { InputProblem, Kind, Values } from '@oke-pipeline/core'
import { sigstoreInstances } from '@oke-pipeline/evidence'
import { identityInputs, ocidKind } from '@oke-pipeline/oci'

/** The address of a service; in plain HTTP only on this machine. */
const service: Kind<URL> = parsedBy(
  { type: 'URL', expects: 'an address such as https://fulcio.example.com' },
  (value) => {
    const url = URL.parse(value)
    const isOwn = url?.protocol === 'http:' && isLoopback(url.host)
    const isSafe = url?.protocol === 'https:' || isOwn
    if (url === null || !isSafe) throw new UnacceptableValue('it is no address with https')
    return url
  },
)

/** The inputs for signing what is pushed. */
export const signingInputs = {
  sign: withDefault(
    list(oneOf(['none', 'sigstore', 'vault'])),
    'none',
    'How the image and the statements that are kept with it are signed: `sigstore` by the workflow’s own identity, without a key, `vault` by a key in OCI Vault, which OKE’s image verification policy accepts; or both.',
  ),
  'sigstore-instance': withDefault(
    oneOf(sigstoreInstances),
    'auto',
    'For `sigstore`: whose services certify the signature. `auto` takes the public good instance, whose log everybody can read, for public repositories, and GitHub’s own for others.',
  ),
  'fulcio-url': optional(service, 'For `sigstore`: Fulcio of an instance of your own.'),
  'rekor-url': optional(service, 'With `fulcio-url`: the log of that instance.'),
  'timestamp-url': optional(
    service,
    'With `fulcio-url`, or for `vault`: a timestamp authority (RFC 3161), which says when it was signed.',
  ),
  'signing-key': optional(
    ocidKind('key'),
    'For `vault`: OCID of an RSA key in OCI Vault (ECDSA P-256 signs the statements only).',
  ),
  'signing-key-version': optional(
    ocidKind('keyversion'),
    'For `vault`: OCID of the version of that key; by default its current one.',
  ),
  ...identityInputs,
} as const

/** The values of {@link signingInputs}. */
export type SigningInputs = Values<typeof signingInputs>

/** What is wrong with the inputs for signing, taken together. */
export function checkSigningInputs(values: Partial<SigningInputs>): readonly InputProblem[] {
  const { sign = [] } = values
  const hasWitness = values['rekor-url'] !== undefined || values['timestamp-url'] !== undefined
  return [
    problemIf(sign.includes('none') && sign.length > 1, {
      input: 'sign',
      got: sign.join(', '),
      problem: 'expected "none" alone, or ways to sign',
    }),
    problemIf(sign.includes('vault') && values['signing-key'] === undefined, {
      input: 'signing-key',
      problem: 'is required with "sign: vault": give the OCID of a key in OCI Vault',
    }),
    problemIf(values['signing-key'] !== undefined && !sign.includes('vault'), {
      input: 'sign',
      got: sign.join(', '),
      problem: 'expected "vault" with "signing-key": nothing is signed by a key otherwise',
    }),
    problemIf(values['fulcio-url'] !== undefined && !sign.includes('sigstore'), {
      input: 'sign',
      got: sign.join(', '),
      problem: 'expected "sigstore" with "fulcio-url"',
    }),
    problemIf(values['fulcio-url'] !== undefined && !hasWitness, {
      input: 'fulcio-url',
      problem: 'expected "rekor-url" or "timestamp-url" with it: something must witness the time',
    }),
    problemIf(values['rekor-url'] !== undefined && values['fulcio-url'] === undefined, {
      input: 'rekor-url',
      problem: 'expected "fulcio-url" with it',
    }),
  ].flat()
}

function problemIf(isProblem: boolean, problem: InputProblem): readonly InputProblem[] {
  return isProblem ? [problem] : []
}
