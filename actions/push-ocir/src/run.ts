import { secondsSince } from '@oke-pipeline/core'
import type { Log, Ports, RunContext } from '@oke-pipeline/core'
import {
  formatReference,
  openLayoutInput,
  openVerifiedBlobs,
  repositoryName,
  withDigest,
} from '@oke-pipeline/image'
import type { CopyResult, Credentials, Digest, ImageReference, Layout } from '@oke-pipeline/image'
import type { ImageSignature } from '@oke-pipeline/oci'
import type { Inputs } from './declaration.ts'
import { mountSourcesIn } from './destination/mount-source.ts'
import type { Destination } from './destination/open-destination.ts'
import { openDestinations } from './destination/open-destinations.ts'
import { pushEverywhere } from './push-everywhere.ts'
import { prepareRepository } from './repository/prepare-repository.ts'
import type { PreparedRepository } from './repository/prepare-repository.ts'
import { scanPlace } from './scanning/scan-place.ts'
import type { PlaceScanning } from './scanning/scan-place.ts'
import { openSigning } from './sign-image.ts'
import type { ImageSigning } from './sign-image.ts'
import { readTagContext, targetTags } from './target-tags.ts'

/** What a push needs of the world. */
export interface PushPorts extends Ports {
  readonly run: RunContext
  readonly environment: Readonly<Record<string, string | undefined>>
  mask(secret: string): void
}

/** The image as one registry holds it. */
export interface PlaceResult {
  /** Name and digest. */
  readonly image: string
  /** Registry and repository. */
  readonly repository: string
  /** Of OCIR only. */
  readonly region: string | undefined
  readonly copy: CopyResult
  /** Where it had to be looked at, or was created. */
  readonly prepared: PreparedRepository | undefined
  /** The signature for OKE's image verification policy, where one was asked for. */
  readonly signature: ImageSignature | undefined
  /** How OCI's scans were seen to, where that was asked for. */
  readonly scanning: PlaceScanning | undefined
}

/** The image as the registry of `image` holds it, and where else it is. */
export interface PushResult extends PlaceResult {
  readonly digest: Digest
  readonly platforms: readonly string[]
  /** Of the platforms, where there are several; a node may report one of them. */
  readonly platformDigests: readonly Digest[]
  readonly sizeBytes: number
  readonly others: readonly PlaceResult[]
  readonly seconds: number
}

/**
 * Copies the layout to the registries as it is, compares every byte of it with its digest on the
 * way, and reads back what they hold.
 */
export async function run(inputs: Inputs, ports: PushPorts): Promise<PushResult> {
  const { clock, log } = ports
  const start = clock.now()
  const signing = await openSigning(inputs, ports)
  const { main, others } = await openDestinations(inputs, ports)
  const layout = await openLayoutInput(inputs.layout, { digest: inputs.digest }, ports)
  // The push compares every byte itself; a signature must not be made of what it will refuse.
  if (signing.isWanted) await layout.verify(ports.signal)
  const places = await Promise.all([main, ...others].map((one) => preparePlace(inputs, one, ports)))
  await signing.signLayout(layout)
  const tags = targetTags(inputs, layout.digest, await readTagContext(ports))
  const verified = await openVerifiedBlobs({ clock, run: ports.run, temp: ports.files.temp })
  const loginHosts = inputs['allowed-token-hosts']
  const targets = places.map((place) => {
    const mountFrom = mountSourcesIn(inputs['mount-from'] ?? [], place)
    return { ...place, tags, verified, loginHosts, mountFrom }
  })
  const names = places.map(({ reference }) => repositoryName(reference))
  const copies = await log.group(`Push to ${names.join(', ')}`, () =>
    pushEverywhere(layout, targets, ports),
  )
  const results: PlaceResult[] = []
  for (const [index, copy] of copies.entries()) {
    const place = places[index]
    if (place === undefined) continue
    const finished = await finishPlace(place, copy, { signing, log })
    const scanned = { ...place.destination, prepared: place.prepared, digest: copy.digest }
    results.push({ ...finished, scanning: await scanPlace(inputs, scanned, ports) })
  }
  const [first, ...further] = results
  if (first === undefined) throw new Error('Nothing was pushed')
  return {
    ...first,
    digest: layout.digest,
    platforms: layout.platforms,
    platformDigests: platformDigestsOf(layout),
    sizeBytes: layout.sizeBytes,
    others: further,
    seconds: secondsSince(start, clock),
  }
}

/** A repository that is there, and a login to it. */
interface Place {
  readonly destination: Destination
  readonly reference: ImageReference
  readonly region: string | undefined
  readonly prepared: PreparedRepository | undefined
  readonly credentials: Credentials | undefined
}

/** Before anything is signed: a login that is refused must not leave signatures in a public log. */
async function preparePlace(
  inputs: Inputs,
  destination: Destination,
  ports: PushPorts,
): Promise<Place> {
  const prepared = await prepareRepository(inputs, destination, ports)
  const credentials = await destination.logIn()
  const { reference, region } = destination
  return { destination, reference, region: region?.id, prepared, credentials }
}

async function finishPlace(
  { reference, region, prepared }: Place,
  copy: CopyResult,
  { signing, log }: { readonly signing: ImageSigning; readonly log: Log },
): Promise<Omit<PlaceResult, 'scanning'>> {
  const image = formatReference(withDigest(reference, copy.digest))
  log.info(copy.alreadyExisted ? `${image} was there already` : `Pushed ${image}`)
  const signature = await signing.signInRegistry(reference, copy.digest)
  return { image, repository: repositoryName(reference), region, copy, prepared, signature }
}

/** The root's own digest is not among them: it is the image's. */
function platformDigestsOf({ images, digest }: Layout): readonly Digest[] {
  return images.map(({ descriptor }) => descriptor.digest).filter((one) => one !== digest)
}
