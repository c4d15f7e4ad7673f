import type { Kind } from '@oke-pipeline/core'

/** YAML in the workflow itself, of several lines; what it has to be is for its reader to say. */
export function yamlText(): Kind<string> {
  return { type: 'YAML', expects: 'YAML', parse: (text) => text }
}
