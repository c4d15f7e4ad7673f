import { inert } from '@oke-pipeline/core'
import type { Clock } from '@oke-pipeline/core'
import { shortDigest } from '@oke-pipeline/image'
import type { Digest } from '@oke-pipeline/image'
import { isAbout } from '../parse-statement.ts'
import type { AttachedBundle } from './attached-bundle.ts'
import { breachOf, standingRules } from './content-rule.ts'
import { describeRequired, describeSigner, fitsSigner } from './fits-signer.ts'
import { VerificationRefusal } from './refusal.ts'
import type { EvidenceRequirement } from './requirement.ts'
import type { Trust } from './trust.ts'
import { verifyBundle } from './verify-bundle.ts'
import type { VerifiedStatement } from './verify-bundle.ts'

/** An image, and what is kept with it. */
export interface EvidencedImage {
  readonly digest: Digest
  readonly bundles: readonly AttachedBundle[]
}

/** What verifying needs of the world. */
export interface EvidencePorts {
  readonly trust: Trust
  readonly clock: Pick<Clock, 'now'>
}

/** A statement about the image whose signature has been verified. */
export interface VerifiedEvidence extends VerifiedStatement {
  /** The manifest by which it is kept. */
  readonly referrer: Digest
}

/** A bundle that proves nothing, and why, as half a sentence. */
export interface RefusedBundle {
  readonly referrer: Digest
  readonly reason: string
}

/** What the bundles of an image prove, whoever signed them. */
export interface VerifiedBundles {
  readonly verified: readonly VerifiedEvidence[]
  readonly refused: readonly RefusedBundle[]
}

/** Verifies every bundle of an image: signature, time, and that it is about this image. */
export async function verifyBundles(
  { digest, bundles }: EvidencedImage,
  trust: Trust,
): Promise<VerifiedBundles> {
  const verified: VerifiedEvidence[] = []
  const refused: RefusedBundle[] = []
  for (const bundle of bundles) {
    const { referrer } = bundle
    try {
      const found = await verifyBundle(await bundle.read(), trust)
      if (!isAbout(found.statement, digest))
        throw new VerificationRefusal('it is about another image')
      verified.push({ ...found, referrer })
    } catch (error) {
      // Whatever is wrong with one, it only does not count; that a registry fails is another matter.
      if (!(error instanceof VerificationRefusal)) throw error
      refused.push({ referrer, reason: inert(error.message) })
    }
  }
  return { verified, refused }
}

/** A requirement, and the statement that fulfils it. */
export interface ProvedRequirement {
  readonly requirement: EvidenceRequirement
  readonly evidence: VerifiedEvidence
}

/** A requirement that nothing fulfils, and why, as half a sentence. */
export interface UnmetRequirement {
  readonly requirement: EvidenceRequirement
  readonly reason: string
}

/** A requirement that was held against what is kept with an image. */
export type JudgedRequirement = ProvedRequirement | UnmetRequirement

/**
 * Holds the evidence of an image against requirements. Of what the required signers say of one
 * kind, the newest counts: a later "failed" takes an earlier "passed" back.
 */
export async function judgeEvidence(
  image: EvidencedImage,
  requirements: readonly EvidenceRequirement[],
  { trust, clock }: EvidencePorts,
): Promise<readonly JudgedRequirement[]> {
  const bundles = await verifyBundles(image, trust)
  return requirements.map((requirement) => judgeRequirement(requirement, bundles, clock.now()))
}

function judgeRequirement(
  requirement: EvidenceRequirement,
  bundles: VerifiedBundles,
  now: Date,
): JudgedRequirement {
  try {
    return { requirement, evidence: evidenceFor(requirement, bundles, now) }
  } catch (error) {
    if (!(error instanceof VerificationRefusal)) throw error
    return { requirement, reason: error.message }
  }
}

function evidenceFor(
  requirement: EvidenceRequirement,
  { verified, refused }: VerifiedBundles,
  now: Date,
): VerifiedEvidence {
  const ofKind = verified.filter(
    ({ statement }) => statement.predicateType === requirement.evidence,
  )
  const trusted = ofKind.filter(({ signer }) =>
    requirement['signed-by'].some((required) => fitsSigner(signer, required)),
  )
  const newest = newestOf(trusted)
  const [first] = newest
  if (first === undefined) throw noneSigned(requirement, ofKind, refused)
  for (const evidence of newest) judge(evidence, requirement, now)
  return first
}

/** Those that no other is known to be newer than: one without a time may be the newest. */
function newestOf(evidence: readonly VerifiedEvidence[]): readonly VerifiedEvidence[] {
  const times = evidence.flatMap(({ signedAt }) => (signedAt === undefined ? [] : [+signedAt]))
  const latest = Math.max(...times)
  return evidence.filter(({ signedAt }) => signedAt === undefined || +signedAt === latest)
}

function judge(
  { referrer, statement, signedAt }: VerifiedEvidence,
  requirement: EvidenceRequirement,
  now: Date,
): void {
  const rules = [...(standingRules[requirement.evidence] ?? []), ...requirement.content]
  const breaches = [
    ageBreach(signedAt, requirement['max-age'], now),
    ...rules.map((rule) => breachOf(rule, statement.predicate)),
  ].filter((breach) => breach !== undefined)
  if (breaches.length === 0) return
  throw new VerificationRefusal(`${shortDigest(referrer)}: ${inert(breaches.join('; '))}`)
}

const hour = 3600
/** Clocks differ; what is from the future by more has a wrong time, and so no age. */
const largestSkewSeconds = 300

function ageBreach(
  signedAt: Date | undefined,
  maxAge: number | undefined,
  now: Date,
): string | undefined {
  if (maxAge === undefined) return undefined
  const expected = `expected at most ${(maxAge / hour).toFixed(0)} h`
  if (signedAt === undefined) {
    return `nobody vouches for when it was signed, ${expected}: sign with a log or a timestamp authority`
  }
  const age = (now.getTime() - signedAt.getTime()) / 1000
  if (age < -largestSkewSeconds) return `it was signed in the future, at ${signedAt.toISOString()}`
  if (age <= maxAge) return undefined
  return `it was signed at ${signedAt.toISOString()}, ${(age / hour).toFixed(1)} h ago, ${expected}`
}

const mostListed = 5

function noneSigned(
  requirement: EvidenceRequirement,
  ofKind: readonly VerifiedEvidence[],
  refused: readonly RefusedBundle[],
): VerificationRefusal {
  const found = [
    ...ofKind.map(
      ({ referrer, signer }) =>
        `${shortDigest(referrer)} is signed by ${inert(describeSigner(signer))}`,
    ),
    ...refused.map(({ referrer, reason }) => `${shortDigest(referrer)} does not count: ${reason}`),
  ]
  const more = found.length > mostListed ? [`and ${found.length - mostListed} more`] : []
  const what = found.length === 0 ? 'nothing' : [...found.slice(0, mostListed), ...more].join('; ')
  const expected = requirement['signed-by'].map(describeRequired).join(' or ')
  return new VerificationRefusal(`expected it signed by ${expected}, found ${what}`)
}
