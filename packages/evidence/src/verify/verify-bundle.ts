import { messageOf } from '@oke-pipeline/core'
import type { Bundle } from '@sigstore/bundle'
import type { TrustedRoot } from '@sigstore/protobuf-specs'
import type { SignedEntity, Signer, TrustMaterial } from '@sigstore/verify'
import type { ReadStatement } from '../statement-schema.ts'
import { readBundle } from './read-bundle.ts'
import { VerificationRefusal } from './refusal.ts'
import type { Trust, TrustedKey } from './trust.ts'

/** Who has signed. */
export type StatementSignerIdentity =
  | {
      readonly kind: 'certificate'
      /** The subject of the certificate: for GitHub the workflow, `https://github.com/…@refs/…`. */
      readonly identity: string
      /** Who vouched for it: the issuer of the OIDC token. */
      readonly issuer: string
    }
  | { readonly kind: 'key'; readonly name: string }

/** A statement whose signature has been verified. */
export interface VerifiedStatement {
  readonly statement: ReadStatement
  readonly signer: StatementSignerIdentity
  /** The earliest time that a log or an authority vouches for; undefined where none does. */
  readonly signedAt: Date | undefined
}

/**
 * Verifies the signature of a bundle: by a certificate of an authority in a trust root that was
 * valid when the log or the timestamp authority saw the signature, or by a trusted key. Where a
 * trust root has logs, the signature must stand in one.
 * @throws {@link VerificationRefusal} for whatever is not proved.
 */
export async function verifyBundle(bytes: Uint8Array, trust: Trust): Promise<VerifiedStatement> {
  const { bundle, statement } = await readBundle(bytes)
  const entity = await entityOf(bundle)
  const signer =
    entity.key.$case === 'public-key'
      ? await verifyByKey(entity, entity.key.hint, trust)
      : await verifyByRoots(entity, trust.roots)
  return { statement, signer, signedAt: earliestTime(entity) }
}

async function entityOf(bundle: Bundle): Promise<SignedEntity> {
  const { toSignedEntity } = await import('@sigstore/verify')
  try {
    return toSignedEntity(bundle)
  } catch (error) {
    throw new VerificationRefusal(`its signature cannot be read: ${messageOf(error)}`)
  }
}

async function verifyByKey(
  entity: SignedEntity,
  hint: string,
  { keys, roots }: Trust,
): Promise<StatementSignerIdentity> {
  const key = keys.find((candidate) => candidate.hint === hint)
  if (key === undefined) {
    throw new VerificationRefusal(`it is signed by the key ${hint}, which is none of the trusted`)
  }
  const { Verifier } = await import('@sigstore/verify')
  const material = await materialOf(roots, key)
  // The key itself is what is trusted: a log or a time is checked where there is one.
  const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }
  accepted(() => new Verifier(material, thresholds).verify(entity))
  return { kind: 'key', name: key.name }
}

/** The trust roots as one, for what witnesses the signature of a key. */
async function materialOf(
  roots: readonly TrustedRoot[],
  { publicKey }: TrustedKey,
): Promise<TrustMaterial> {
  const { toTrustMaterial } = await import('@sigstore/verify')
  const { createPublicKey } = await import('node:crypto')
  const all = roots.map((root) => toTrustMaterial(root))
  return {
    certificateAuthorities: all.flatMap((one) => one.certificateAuthorities),
    timestampAuthorities: all.flatMap((one) => one.timestampAuthorities),
    tlogs: all.flatMap((one) => one.tlogs),
    ctlogs: all.flatMap((one) => one.ctlogs),
    publicKey: () => ({ publicKey: createPublicKey(publicKey), validFor: () => true }),
  }
}

async function verifyByRoots(
  entity: SignedEntity,
  roots: readonly TrustedRoot[],
): Promise<StatementSignerIdentity> {
  const refusals: string[] = []
  for (const root of roots) {
    try {
      return identityOf(await verifyByRoot(entity, root))
    } catch (error) {
      if (!(error instanceof VerificationRefusal)) throw error
      refusals.push(error.message)
    }
  }
  const why = [...new Set(refusals)].join('; ')
  throw new VerificationRefusal(
    why === '' ? 'it is signed by a certificate, and no trust root is given' : why,
  )
}

async function verifyByRoot(entity: SignedEntity, root: TrustedRoot): Promise<Signer> {
  const { Verifier, toTrustMaterial } = await import('@sigstore/verify')
  // An instance without a log (GitHub's own) has only its timestamp authority to show.
  const thresholds = {
    tlogThreshold: root.tlogs.length > 0 ? 1 : 0,
    ctlogThreshold: root.ctlogs.length > 0 ? 1 : 0,
    timestampThreshold: 1,
  }
  return accepted(() => new Verifier(toTrustMaterial(root), thresholds).verify(entity))
}

function accepted<T>(verify: () => T): T {
  try {
    return verify()
  } catch (error) {
    throw new VerificationRefusal(`its signature does not verify: ${messageOf(error)}`)
  }
}

function identityOf({ identity }: Signer): StatementSignerIdentity {
  const subject = identity?.subjectAlternativeName
  const issuer = identity?.extensions?.issuer
  if (subject === undefined || issuer === undefined) {
    throw new VerificationRefusal('its certificate does not say who has signed')
  }
  return { kind: 'certificate', identity: subject, issuer }
}

/** Only after all of them have been verified; the same ones that the library takes for times. */
function earliestTime({ timestamps }: SignedEntity): Date | undefined {
  const times = timestamps.flatMap((one) => {
    if (one.$case === 'timestamp-authority') return [one.timestamp.signingTime.getTime()]
    const { inclusionPromise, integratedTime } = one.tlogEntry
    return inclusionPromise === undefined ? [] : [Number(integratedTime) * 1000]
  })
  return times.length === 0 ? undefined : new Date(Math.min(...times))
}
