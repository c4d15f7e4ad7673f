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
import type { TagOutcome } from '@oke-pipeline/image'
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
  )
}

const tagOutcomes: Readonly<Record<TagOutcome, string>> = {
  created: 'new',
  moved: 'moved to this image',
  existed: 'was there',
}

function partsOf(count: number): string {
  return count === 1 ? '1 part' : `${count} parts`
}
