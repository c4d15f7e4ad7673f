import { readFile } from 'node:fs/promises'
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

/**
 * Signs the image and every statement that a layout keeps with it, and keeps the bundles as
 * referrers of what each is about, as actions/attest does. What the same signer has signed in this
 * layout already is left alone. Returns what was signed now.
 * @throws ServiceError when a signature is not to be had: then some may be kept, and none is wrong.
 */
export async function signStatements(
  layout: Layout,
  signers: readonly StatementSigner[],
  ports: SigningPorts,
): Promise<readonly SignedStatement[]> {
  const isSigned = await signedAlready(layout)
  const statements = await unsignedIn(layout)
  const signed: SignedStatement[] = []
  for (const signer of signers) {
    for (const statement of statements) {
      ports.signal.throwIfAborted()
      if (isSigned(statement.bytes, signer)) continue
      signed.push(await sign(layout, statement, { signer, ports }))
    }
  }
  return signed
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

async function sign(
  layout: Layout,
  { bytes, subject, predicateType }: Unsigned,
  { signer, ports }: { readonly signer: StatementSigner; readonly ports: SigningPorts },
): Promise<SignedStatement> {
  const bundle = Buffer.from(await signer.sign(bytes))
  const descriptor = await addReferrer(layout.path, {
    artifactType: bundleMediaType,
    subject,
    content: { mediaType: bundleMediaType, bytes: bundle },
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
