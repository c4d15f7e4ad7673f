import { code, document, escaped, heading, paragraph, table } from '@oke-pipeline/core'
import type { ImageToDelete } from '@oke-pipeline/delivery'
import type { CleanResult } from './run.ts'

/** The job summary of a cleaning. */
export function renderSummary(result: CleanResult): string {
  const { repository, toDelete, deletedCount, keptCount, referencedCount } = result
  const done = deletedCount > 0 ? `${deletedCount} deleted` : 'nothing deleted'
  return document(
    heading(`Images of ${repository}`),
    paragraph(
      `<b>${done}</b>, ${toDelete.length} not needed, ${keptCount} kept, of which ${referencedCount} by release records.`,
    ),
    toDelete.length === 0
      ? undefined
      : table(
          [deletedCount > 0 ? 'Deleted' : 'Would be deleted', 'Tags', 'Pushed'],
          toDelete.map(row),
        ),
  )
}

function row({ digest, tags, createdAt }: ImageToDelete): readonly string[] {
  return [code(digest), escaped(tags.join(', ')), createdAt.toISOString()]
}
