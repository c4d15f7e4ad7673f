import { parse, prerelease, valid } from 'semver'
import type { SemVer } from 'semver'
import { renderGlobal, shortSha } from './global-expressions.ts'
import { branchOf, gitTagOf, pullRequestOf } from './tag-context.ts'
import type { TagContext } from './tag-context.ts'
import type { TagRule } from './tag-rule.ts'
import { renderTemplate } from './template.ts'
import type { Template } from './template.ts'

/** What a rule gives for what is built: a tag, or a word on why there is none. */
export type Candidate =
  { readonly tag: string; readonly isRelease: boolean } | { readonly note: string } | undefined

type Rule<Type extends TagRule['type']> = Extract<TagRule, { readonly type: Type }>

/** Applies a rule; the tag is still without prefix and suffix. Absent where the rule is for others. */
export function candidateOf(rule: TagRule, context: TagContext): Candidate {
  switch (rule.type) {
    case 'raw':
      return { tag: renderGlobal(rule.value, context), isRelease: false }
    case 'ref':
      return refCandidate(rule, context)
    case 'sha':
      return shaCandidate(rule, context)
    case 'semver':
      return semverCandidate(rule, context)
    case 'match':
      return matchCandidate(rule, context)
    case 'schedule':
      return scheduleCandidate(rule, context)
    case 'edge':
      return edgeCandidate(rule, context)
    case 'latest':
      return undefined
  }
}

function refCandidate({ event }: Rule<'ref'>, context: TagContext): Candidate {
  const tag = { branch: branchOf, tag: gitTagOf, pr: pullRequestOf }[event](context)
  return tag === undefined ? undefined : { tag, isRelease: event === 'tag' }
}

function shaCandidate({ format }: Rule<'sha'>, { sha }: TagContext): Candidate {
  if (sha === undefined) return undefined
  return { tag: format === 'long' ? sha : shortSha(sha), isRelease: false }
}

function scheduleCandidate({ pattern }: Rule<'schedule'>, context: TagContext): Candidate {
  if (context.eventName !== 'schedule') return undefined
  return { tag: renderGlobal(pattern, context), isRelease: false }
}

function edgeCandidate({ branch }: Rule<'edge'>, context: TagContext): Candidate {
  const built = branchOf(context)
  const isEdge = built !== undefined && built === (branch ?? context.defaultBranch)
  return isEdge ? { tag: 'edge', isRelease: false } : undefined
}

function sourceOf(value: Template | undefined, context: TagContext): string | undefined {
  return value === undefined ? gitTagOf(context) : renderGlobal(value, context)
}

function matchCandidate({ pattern, group, value }: Rule<'match'>, context: TagContext): Candidate {
  const source = sourceOf(value, context)
  if (source === undefined) return undefined
  const tag = pattern.exec(source)?.[group]
  if (tag === undefined) return { note: `"${source}" does not match ${pattern.source}` }
  return { tag, isRelease: true }
}

function semverCandidate(rule: Rule<'semver'>, context: TagContext): Candidate {
  const source = sourceOf(rule.value, context)
  if (source === undefined) return undefined
  const matched = rule.match?.exec(source)
  if (matched === null) return { note: `"${source}" does not match ${rule.match?.source ?? ''}` }
  const text = (matched?.[1] ?? matched?.[0] ?? source).replaceAll('/', '-')
  const version = valid(text) === null ? null : parse(text, { loose: true })
  if (version === null) return { note: `"${text}" is no semantic version such as v1.2.3` }
  const isRelease = prerelease(version) === null
  return { tag: renderVersion(patternFor(rule.pattern, isRelease), version), isRelease }
}

/** A pre-release must not take `1.2` from the release that has it: it only gets its whole version. */
function patternFor(pattern: Template, isRelease: boolean): Template {
  const [first, ...others] = pattern
  const isRaw = others.length === 0 && typeof first === 'object' && first.name === 'raw'
  return isRelease || isRaw ? pattern : [{ name: 'version', format: '', timezone: '' }]
}

function renderVersion(pattern: Template, version: SemVer): string {
  const { raw, major, minor, patch } = version
  const values: Readonly<Record<string, string | number>> = {
    ...{ raw, version: version.version, major, minor, patch },
  }
  return renderTemplate(pattern, ({ name }) => String(values[name] ?? ''))
}
