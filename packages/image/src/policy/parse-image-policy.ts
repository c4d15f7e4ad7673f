import { parseYaml } from '@oke-pipeline/core'
import type { YamlProblem } from '@oke-pipeline/core'
import * as v from 'valibot'
import { secretPatterns } from '../secrets/secret-patterns.ts'
import { secretVariable } from './rules/no-secrets.ts'
import { ImagePolicyFile } from './schema.ts'
import type { ImagePolicy, Mode } from './schema.ts'

/**
 * Makes sense of the text of a policy for images.
 * @throws ConfigurationError that lists all problems with their places.
 */
export function parseImagePolicy(text: string, file: string): ImagePolicy {
  const about = { file, title: 'Image policy', describedBy: 'schema/image-policy.schema.json' }
  const { data } = parseYaml(ImagePolicyFile, text, about, checkPolicy)
  const rules = Object.entries(data.rules).flatMap(([name, rule]) =>
    rule === undefined ? [] : [[name, ruleOf(rule, data.mode ?? 'enforce')] as const],
  )
  // Every rule keeps the name that the schema read it under.
  return Object.fromEntries(rules)
}

function ruleOf(
  rule: Mode | { readonly mode?: Mode | undefined },
  usual: Mode,
): { readonly mode: Mode; readonly settings: object } {
  if (typeof rule === 'string') return { mode: rule, settings: {} }
  const { mode = usual, ...settings } = rule
  return { mode, settings }
}

const Looked = v.object({
  rules: v.object({
    'no-secrets': v.optional(v.object({ 'allow-patterns': v.optional(v.array(v.string()), []) })),
  }),
})

const knownPatterns = [...secretPatterns.map(({ id }) => id), secretVariable]

/** A misspelt pattern would be looked for all the same, and nobody would know why. */
function checkPolicy(data: unknown): readonly YamlProblem[] {
  const parsed = v.safeParse(Looked, data)
  const patterns = parsed.success
    ? (parsed.output.rules['no-secrets']?.['allow-patterns'] ?? [])
    : []
  return patterns.flatMap((pattern, index) => {
    if (knownPatterns.includes(pattern)) return []
    const path = ['rules', 'no-secrets', 'allow-patterns', index]
    return [
      { path, text: `: there is no pattern "${pattern}"; known are ${knownPatterns.join(', ')}` },
    ]
  })
}
