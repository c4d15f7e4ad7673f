import { escaped } from '@oke-pipeline/core'

/** Foreign text in the Markdown of a rule's help; lines are kept. */
export function escapedMarkdown(text: string): string {
  return text.split('\n').map(escaped).join('\n')
}
