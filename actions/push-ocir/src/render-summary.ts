import {
  code,
  codeBlock,
  document,
  escaped,
  formatBytes,
  formatSeconds,
  heading,
  table,
} from '@oke-pipeline/core'
import { shortDigest } from '@oke-pipeline/image'
import type { TagOutcome } from '@oke-pipeline/image'
import { pushedReferrers } from './pushed-referrers.ts'
import type { PushResult } from './run.ts'

/** The job summary of a push. */
export function renderSummary(result: PushResult): string {
  const { copy, platforms, seconds, sizeBytes } = result
  const pushed = copy.entries.filter(({ outcome }) => outcome === 'pushed').length
  return document(
    heading(copy.alreadyExisted ? 'Image was in the registry already' : 'Image pushed'),
    codeBlock(result.image),
    table(
      ['Platforms', 'Size', 'Pushed', 'Was there', 'Time'],
      [
        [
          escaped(platforms.join(', ')),
          formatBytes(sizeBytes),
          `${partsOf(pushed)} (${formatBytes(copy.uploadedBytes)})`,
          partsOf(copy.entries.length - pushed),
          formatSeconds(seconds),
        ],
      ],
    ),
    table(
      ['Tag', ''],
      copy.tags.map(({ name, outcome }) => [code(name), tagOutcomes[outcome]]),
    ),
    ...renderReferrers(result),
  )
}

const tagOutcomes: Readonly<Record<TagOutcome, string>> = {
  created: 'new',
  moved: 'moved to this image',
  existed: 'was there',
}

function renderReferrers({ copy, digest }: PushResult): readonly string[] {
  if (copy.referrers.length === 0) return []
  const outcomes = copy.referrers.map(({ outcome }) => outcome)
  const rows = pushedReferrers(copy.referrers).map(({ type, subject }, index) => [
    code(type),
    subject === digest ? 'the image' : `platform ${code(shortDigest(subject))}`,
    outcomes[index] === 'pushed' ? 'new' : 'was there',
  ])
  return [table(['Kept with the image', 'About', ''], rows)]
}

function partsOf(count: number): string {
  return count === 1 ? '1 part' : `${count} parts`
}
