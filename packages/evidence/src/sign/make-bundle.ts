import { ServiceError, messageOf } from '@oke-pipeline/core'
import type { SerializedBundle } from '@sigstore/bundle'
import type { Signer } from '@sigstore/sign'
import { statementMediaType } from '../keep-statement.ts'
import type { SigstoreInstance } from './sigstore-instance.ts'

/** Who vouches for the time of a signature. */
export type Witnesses = Pick<SigstoreInstance, 'rekor' | 'timestampAuthority'>

/** How long each request may take, and how often it is tried again. */
export const patience = { timeout: 15_000, retry: { retries: 4, minTimeout: 500 } }

/** Signs a statement and has its time witnessed; the bundle as JSON. */
export async function makeBundle(
  statement: Uint8Array,
  signer: Signer,
  { rekor, timestampAuthority }: Witnesses,
): Promise<string> {
  // Loaded only where something is signed: the libraries would slow every start down.
  const { DSSEBundleBuilder, RekorWitness, TSAWitness } = await import('@sigstore/sign')
  const { bundleToJSON } = await import('@sigstore/bundle')
  const witnesses = [
    ...(rekor === undefined ? [] : [new RekorWitness({ rekorBaseURL: base(rekor), ...patience })]),
    ...(timestampAuthority === undefined
      ? []
      : [new TSAWitness({ tsaBaseURL: base(timestampAuthority), ...patience })]),
  ]
  const builder = new DSSEBundleBuilder({ signer, witnesses, certificateChain: false })
  const artifact = { data: Buffer.from(statement), type: statementMediaType }
  return JSON.stringify(withoutKeyIds(bundleToJSON(await builder.create(artifact))))
}

/**
 * The bundle names the key beside the envelope. A second name in the envelope is taken for another
 * key by cosign, which numbers keys in another way there.
 */
function withoutKeyIds(bundle: SerializedBundle): object {
  const { dsseEnvelope } = bundle
  if (dsseEnvelope === undefined) throw new Error('The bundle has no envelope')
  const signatures = dsseEnvelope.signatures.map(({ sig }) => ({ sig, keyid: '' }))
  return { ...bundle, dsseEnvelope: { ...dsseEnvelope, signatures } }
}

/** The address of a service as the libraries want it: without a slash at its end. */
export function base(url: URL): string {
  return url.href.replace(/\/$/, '')
}

/** The error for a service of Sigstore that refused or did not answer. */
export function signingFailed(service: string, error: unknown): ServiceError {
  return new ServiceError({
    service,
    title: 'A statement about the image could not be signed',
    explanation: `${service}: ${reasonOf(error)}.`,
    remedy:
      'Run this job again; if it stays, look at the status of the service and whether this runner reaches it. Nothing has been pushed.',
    cause: error,
  })
}

/** The library's message for a token that it cannot read quotes the token. */
function reasonOf(error: unknown): string {
  const code = Reflect.get(Object(error), 'code') as unknown
  if (code === 'IDENTITY_TOKEN_PARSE_ERROR') return 'the identity token cannot be read'
  const cause = Reflect.get(Object(error), 'cause') as unknown
  const message = messageOf(error)
  return cause === undefined ? message : `${message}: ${messageOf(cause)}`
}
