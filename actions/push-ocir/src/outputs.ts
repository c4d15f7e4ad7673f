import type { declaration } from './declaration.ts'
import { pushedReferrers } from './pushed-referrers.ts'
import type { PushResult } from './run.ts'

type Outputs = Readonly<Record<keyof typeof declaration.outputs, string>>

/** What a push hands over to the steps and jobs that follow. */
export function outputsOf(
  result: PushResult,
  files: { readonly subjectChecksums: string },
): Outputs {
  const { copy, repository } = result
  return {
    image: result.image,
    digest: result.digest,
    repository,
    region: result.region ?? '',
    tags: copy.tags.map(({ name }) => `${repository}:${name}`).join('\n'),
    'platform-digests': result.platformDigests.join('\n'),
    'pushed-bytes': copy.pushedBytes.toFixed(0),
    'skipped-bytes': (copy.skippedBytes + copy.mountedBytes).toFixed(0),
    'subject-checksums': files.subjectChecksums,
    referrers: JSON.stringify(pushedReferrers(copy.referrers)),
  }
}
