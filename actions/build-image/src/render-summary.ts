import {
  code,
  document,
  escaped,
  formatBytes,
  formatSeconds,
  heading,
  table,
} from '@oke-pipeline/core'
import type { BuildResult } from './run.ts'

/** The job summary of a build. */
export function renderSummary(result: BuildResult): string {
  return document(
    heading('Image built'),
    table(
      ['Digest', 'Platforms', 'Size', 'Built with', 'Time'],
      [
        [
          code(result.digest),
          escaped(result.platforms.join(', ')),
          formatBytes(result.sizeBytes),
          escaped(result.record.builtWith),
          formatSeconds(result.seconds),
        ],
      ],
    ),
  )
}
