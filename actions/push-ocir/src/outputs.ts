import type { declaration } from './declaration.ts'
import { pushedReferrers } from './pushed-referrers.ts'
import type { PlaceResult, PushResult } from './run.ts'

type Outputs = Readonly<Record<keyof typeof declaration.outputs, string>>

/** What a push hands over to the steps and jobs that follow. */
export function outputsOf(
  result: PushResult,
  files: { readonly subjectChecksums: string },
): Outputs {
  const { copy, repository } = result
  const places = [result, ...result.others].map(placeOf)
  return {
    image: result.image,
    digest: result.digest,
    repository,
    region: result.region ?? '',
    tags: copy.tags.map(({ name }) => `${repository}:${name}`).join('\n'),
    'platform-digests': result.platformDigests.join('\n'),
    destinations: JSON.stringify(places),
    'pushed-bytes': sumOf(places.map(({ pushedBytes }) => pushedBytes)),
    'skipped-bytes': sumOf(places.map(({ skippedBytes }) => skippedBytes)),
    'subject-checksums': files.subjectChecksums,
    referrers: JSON.stringify(pushedReferrers(copy.referrers)),
    'scan-compartment': scanCompartmentOf(result),
  }
}

function scanCompartmentOf({ scanning }: PushResult): string {
  if (scanning === undefined || scanning.outcome === 'failed') return ''
  return scanning.target.compartmentId
}

/** What became of the image in one place. */
interface PushedPlace {
  readonly image: string
  readonly region: string
  readonly tags: readonly string[]
  readonly pushedBytes: number
  readonly skippedBytes: number
}

function placeOf({ image, region, repository, copy }: PlaceResult): PushedPlace {
  return {
    image,
    region: region ?? '',
    tags: copy.tags.map(({ name }) => `${repository}:${name}`),
    pushedBytes: copy.pushedBytes,
    skippedBytes: copy.skippedBytes + copy.mountedBytes,
  }
}

function sumOf(numbers: readonly number[]): string {
  return numbers.reduce((sum, one) => sum + one, 0).toFixed(0)
}
