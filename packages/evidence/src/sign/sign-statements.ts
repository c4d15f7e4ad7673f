import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { forEachBounded } from '@oke-pipeline/core'
import type { Clock, Log } from '@oke-pipeline/core'
import { addReferrer, shortDigest } from '@oke-pipeline/image'
import type { Descriptor, Layout } from '@oke-pipeline/image'
import { readStatements } from '../read-statements.ts'
import { bundleMediaType, bundlePredicateAnnotation } from './bundle-media-type.ts'
import { imageSignatureType, imageStatement } from './image-statement.ts'
import { signedAlready } from './signed-already.ts'
import type { StatementSigner } from './statement-signer.ts'

/** What signing needs of the world. */
export interface SigningPorts {
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Log, 'info'>
  readonly signal: AbortSignal
}

/** A statement whose signature is kept with the image. */
export interface SignedStatement {
  /** The manifest by which the bundle is kept. */
  readonly descriptor: Descriptor
  readonly subject: Descriptor
  readonly predicateType: string
  readonly signer: string
}

interface Unsigned {
  readonly bytes: Uint8Array
  readonly subject: Descriptor
  readonly predicateType: string
}

interface ToSign {
  readonly statement: Unsigned
  readonly signer: StatementSigner
}

const signedAtATime = 4

/**
 * Signs the image and every statement that a layout keeps with it, and keeps the bundles as
 * referrers of what each is about, as actions/attest does. What the same signer has signed in this
 * layout already is left alone. Returns what was signed now.
 * @throws ServiceError when one signature is not to be had: then none is kept.
 */
export async function signStatements(
  layout: Layout,
  signers: readonly StatementSigner[],
  ports: SigningPorts,
): Promise<readonly SignedStatement[]> {
  const isSigned = await signedAlready(layout)
  const statements = await unsignedIn(layout)
  const wanted = signers.flatMap((signer) =>
    statements
      .filter(({ bytes }) => !isSigned(bytes, signer))
      .map((statement) => ({ statement, signer })),
  )
  const bundles = new Map<ToSign, string>()
  const bounds = { limit: signedAtATime, signal: ports.signal }
  const cancelled = untilAborted(ports.signal)
  // It may come when nothing waits for it any more.
  cancelled.catch(() => undefined)
  await forEachBounded(wanted, bounds, async (one) => {
    bundles.set(one, await Promise.race([cancelled, one.signer.sign(one.statement.bytes)]))
  })
  const signed: SignedStatement[] = []
  // One after the other, and in order: all of them are entries of one list.
  for (const one of wanted) {
    signed.push(await keep(layout, one, { bundle: bundles.get(one) ?? '', ports }))
  }
  return signed
}

/** The libraries cannot be told to stop: what they still do has no effect here. */
async function untilAborted(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort')
  signal.throwIfAborted()
  throw new Error('The signal was not aborted')
}

async function unsignedIn(layout: Layout): Promise<readonly Unsigned[]> {
  const kept = await readStatements(layout)
  const statements = await Promise.all(
    kept.map(async ({ path, subject, statement }) => {
      return { bytes: await readFile(path), subject, predicateType: statement.predicateType }
    }),
  )
  const image = { bytes: imageStatement(layout.digest), subject: layout.root }
  return [...statements, { ...image, predicateType: imageSignatureType }]
}

async function keep(
  layout: Layout,
  { statement: { subject, predicateType }, signer }: ToSign,
  { bundle, ports }: { readonly bundle: string; readonly ports: SigningPorts },
): Promise<SignedStatement> {
  const descriptor = await addReferrer(layout.path, {
    artifactType: bundleMediaType,
    subject,
    content: { mediaType: bundleMediaType, bytes: Buffer.from(bundle) },
    annotations: {
      'org.opencontainers.image.created': ports.clock.now().toISOString(),
      'dev.sigstore.bundle.content': 'dsse-envelope',
      [bundlePredicateAnnotation]: predicateType,
    },
  })
  const what = subject.digest === layout.digest ? '' : ` of ${shortDigest(subject.digest)}`
  ports.log.info(`Signed ${predicateType}${what} by ${signer.description}`)
  return { descriptor, subject, predicateType, signer: signer.description }
}
