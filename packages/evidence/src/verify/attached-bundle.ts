import { readFile } from 'node:fs/promises'
import { GateError, readBounded } from '@oke-pipeline/core'
import { digestOf, findReferrers, openReferrers, parseManifest } from '@oke-pipeline/image'
import type { Descriptor, Digest, Layout, Repository } from '@oke-pipeline/image'
import { isBundleType } from '../sign/bundle-media-type.ts'

/** A Sigstore bundle that is kept with an image, not yet read. */
export interface AttachedBundle {
  /** Digest of the manifest by which it is kept. */
  readonly referrer: Digest
  /** Its bytes, compared with their digest. */
  read(): Promise<Uint8Array>
}

/** The bundles that a layout keeps with an image, or with one of its platforms. */
export async function bundlesInLayout(
  layout: Pick<Layout, 'path' | 'walk' | 'blobPath'>,
  subject: Digest,
): Promise<readonly AttachedBundle[]> {
  const referrers = await openReferrers(layout)
  return referrers
    .filter((referrer) => referrer.subject.digest === subject)
    .flatMap(({ descriptor, entries }) =>
      entries
        .filter((entry) => isBundleType(entry.descriptor.mediaType))
        .map(({ descriptor: blob }) => ({
          referrer: descriptor.digest,
          read: async () => checked(blob, await readFile(layout.blobPath(blob.digest))),
        })),
    )
}

/** More than anybody keeps with an image on purpose. */
const mostBundles = 200

/**
 * The bundles that a registry keeps with an image, or with one of its platforms.
 * @throws GateError when there are more than can be looked at: none may be left out.
 */
export async function bundlesInRegistry(
  repository: Repository,
  subject: Digest,
): Promise<readonly AttachedBundle[]> {
  const listed = await findReferrers(repository, subject)
  const bundles = listed.filter(({ artifactType }) => isBundleType(artifactType))
  if (bundles.length > mostBundles) throw tooMany(bundles.length)
  return bundles.map(({ digest }) => ({
    referrer: digest,
    read: () => readFromRegistry(repository, digest),
  }))
}

const largestBundleBytes = 32 * 1024 * 1024

async function readFromRegistry(repository: Repository, digest: Digest): Promise<Uint8Array> {
  const stored = await repository.getManifest(digest)
  const manifest = stored && parseManifest(stored.bytes, stored.mediaType)
  const blob = manifest?.kind === 'manifest' ? manifest.layers[0] : undefined
  if (blob === undefined) throw unreadable(digest, 'the registry lists it, but does not have it')
  const answer = await repository.getBlob(blob)
  return checked(blob, await readBounded(answer, largestBundleBytes))
}

function checked({ digest }: Descriptor, bytes: Uint8Array): Uint8Array {
  if (digestOf(bytes) === digest) return bytes
  throw unreadable(digest, 'its bytes are not what its digest says')
}

function unreadable(digest: Digest, why: string): GateError {
  return new GateError({
    title: 'A signature that is kept with the image cannot be read',
    explanation: `${digest}: ${why}.`,
    remedy: 'Look at what is between this runner and the registry, and run this job again.',
  })
}

function tooMany(count: number): GateError {
  return new GateError({
    title: 'The image has too many signatures to be verified',
    explanation: `${count} bundles are kept with it; at most ${mostBundles} are looked at.`,
    remedy: 'Remove those that nobody needs from the registry.',
  })
}
