import { secondsSince } from '@oke-pipeline/core'
import type { Ports, RunContext } from '@oke-pipeline/core'
import {
  copyLayoutToRegistry,
  formatReference,
  openLayoutInput,
  openVerifiedBlobs,
  repositoryName,
  withDigest,
} from '@oke-pipeline/image'
import type { CopyResult, Digest, Layout } from '@oke-pipeline/image'
import type { ImageSignature } from '@oke-pipeline/oci'
import type { Inputs } from './declaration.ts'
import { openDestination } from './destination/open-destination.ts'
import { prepareRepository } from './repository/prepare-repository.ts'
import type { PreparedRepository } from './repository/prepare-repository.ts'
import { openSigning } from './sign-image.ts'
import { readTagContext, targetTags } from './target-tags.ts'

/** What a push needs of the world. */
export interface PushPorts extends Ports {
  readonly run: RunContext
  readonly environment: Readonly<Record<string, string | undefined>>
  mask(secret: string): void
}

/** The image as the registry holds it. */
export interface PushResult {
  readonly digest: Digest
  /** Name and digest. */
  readonly image: string
  /** Registry and repository. */
  readonly repository: string
  /** Of OCIR only. */
  readonly region: string | undefined
  readonly platforms: readonly string[]
  /** Of the platforms, where there are several; a node may report one of them. */
  readonly platformDigests: readonly Digest[]
  readonly sizeBytes: number
  readonly copy: CopyResult
  /** Where it had to be looked at, or was created. */
  readonly prepared: PreparedRepository | undefined
  /** The signature for OKE's image verification policy, where one was asked for. */
  readonly signature: ImageSignature | undefined
  readonly seconds: number
}

/**
 * Copies the layout to the registry as it is, compares every byte of it with its digest on the way,
 * and reads back what the registry holds.
 */
export async function run(inputs: Inputs, ports: PushPorts): Promise<PushResult> {
  const { clock, log } = ports
  const start = clock.now()
  const signing = await openSigning(inputs, ports)
  const destination = await openDestination(inputs, ports)
  const { reference } = destination
  const layout = await openLayoutInput(inputs.layout, { digest: inputs.digest }, ports)
  // The push compares every byte itself; a signature must not be made of what it will refuse.
  if (signing.isWanted) await layout.verify(ports.signal)
  const prepared = await prepareRepository(inputs, destination, ports)
  // A login that is refused must not leave signatures in a public log.
  const credentials = await destination.logIn()
  await signing.signLayout(layout)
  const repository = repositoryName(reference)
  const tags = targetTags(inputs, layout.digest, await readTagContext(ports))
  const verified = await openVerifiedBlobs({ clock, run: ports.run, temp: ports.files.temp })
  const target = { reference, credentials, tags, verified }
  const copy = await log.group(`Push to ${repository}`, () =>
    copyLayoutToRegistry(layout, target, ports),
  )
  const image = formatReference(withDigest(reference, layout.digest))
  log.info(copy.alreadyExisted ? `${image} was there already` : `Pushed ${image}`)
  return {
    digest: layout.digest,
    image,
    repository,
    region: destination.region?.id,
    platforms: layout.platforms,
    platformDigests: platformDigestsOf(layout),
    sizeBytes: layout.sizeBytes,
    copy,
    prepared,
    signature: await signing.signInRegistry(reference, layout.digest),
    seconds: secondsSince(start, clock),
  }
}

/** The root's own digest is not among them: it is the image's. */
function platformDigestsOf({ images, digest }: Layout): readonly Digest[] {
  return images.map(({ descriptor }) => descriptor.digest).filter((one) => one !== digest)
}
