import { isTag } from '../reference.ts'
import { candidateOf } from './candidate.ts'
import { renderGlobal } from './global-expressions.ts'
import type { TagContext } from './tag-context.ts'
import type { TagRule } from './tag-rule.ts'

/** The tags that rules give, and what is to be said of them. */
export interface ImageTags {
  /** Each once; the one of the rule with the highest priority first. */
  readonly tags: readonly string[]
  /** The first of the tags: the version of the image, as its label says it. */
  readonly version: string | undefined
  /** Why a rule gave nothing where one might have expected a tag. */
  readonly notes: readonly string[]
  /** Rules that gave something that is no tag. */
  readonly problems: readonly string[]
}

interface Given {
  readonly tag: string
  readonly isRelease: boolean
}

/** Applies rules to what is built. `latest` is only among the tags when a rule asks for it. */
export function imageTags(rules: readonly TagRule[], context: TagContext): ImageTags {
  const notes: string[] = []
  const problems: string[] = []
  const given: Given[] = []
  for (const rule of byPriority(rules)) {
    const outcome = outcomeOf(rule, context)
    if (outcome === undefined) continue
    if ('note' in outcome) notes.push(`Rule "${rule.text}" gave no tag: ${outcome.note}`)
    else if ('problem' in outcome)
      problems.push(`line ${rule.line}, "${rule.text}": ${outcome.problem}`)
    else given.push(outcome)
  }
  const tags = [...new Set([...given.map(({ tag }) => tag), ...latestOf(rules, given)])]
  return { tags, version: tags[0], notes, problems }
}

function byPriority(rules: readonly TagRule[]): readonly TagRule[] {
  return rules.toSorted((one, other) => other.priority - one.priority)
}

type RuleOutcome = Given | { readonly note: string } | { readonly problem: string } | undefined

function outcomeOf(rule: TagRule, context: TagContext): RuleOutcome {
  const enable = renderGlobal(rule.enable, context)
  if (enable === 'false') return undefined
  if (enable !== 'true') return { problem: `enable gave "${enable}"; expected true or false` }
  const candidate = candidateOf(rule, context)
  if (candidate === undefined || 'note' in candidate) return candidate
  const { prefix, suffix } = rule
  const whole = renderGlobal(prefix, context) + candidate.tag + renderGlobal(suffix, context)
  const tag = sanitised(whole)
  if (tag === '') return { note: 'it is empty here' }
  if (isTag(tag)) return { tag, isRelease: candidate.isRelease }
  return {
    problem: `it gave "${tag}", which is no tag: at most 128 letters, digits, "_", "." and "-", and no "." or "-" first`,
  }
}

/** What a tag cannot have, such as the `/` of a branch, becomes `-`. */
function sanitised(text: string): string {
  return text.replaceAll(/[^a-zA-Z0-9._-]+/g, '-')
}

function latestOf(rules: readonly TagRule[], given: readonly Given[]): readonly string[] {
  const isWanted = rules.some(({ type }) => type === 'latest')
  // The rule with the highest priority decides, as it does for the version.
  return isWanted && given[0]?.isRelease === true ? ['latest'] : []
}
