import type { BaseImage } from '../../dockerfile/describe-bases.ts'
import { matchesSome } from '../globs.ts'
import type { Rule } from '../schema.ts'
import type { Finding, OpenedImage, PolicySubject } from '../subject.ts'
import { isFloating } from './floating-tag.ts'

/** The bases that rules are about: not what only reads the Dockerfile, or looks at the result. */
function judged({ bases }: PolicySubject): readonly BaseImage[] {
  return bases.filter(({ role }) => role !== 'frontend' && role !== 'tool')
}

/** Base images from elsewhere than the policy allows. */
export function allowedBases(
  { settings }: Rule<'allowed-bases'>,
  subject: PolicySubject,
): readonly Finding[] {
  return judged(subject)
    .filter(({ name }) => !matchesSome(repositoryOf(name), settings.images))
    .map(({ name, line }) => ({
      message: `Base image "${name}" is not from where the policy allows: ${settings.images.join(', ')}.`,
      remedy: 'Use an allowed image, or add this one to "allowed-bases" of the policy.',
      line,
    }))
}

/** Registry and repository, as patterns are written for. */
function repositoryOf(name: string): string {
  return name.replace(/:[^/]*$/, '')
}

/** Base images without a digest. */
export function pinnedBases(
  _rule: Rule<'pinned-bases'>,
  subject: PolicySubject,
): readonly Finding[] {
  return judged(subject)
    .filter(({ isPinned }) => !isPinned)
    .map(({ name, digest, line }) => ({
      message: `Base image "${name}" is not pinned by digest: the next build may get another one.`,
      remedy:
        digest === undefined
          ? `Write "${name}@sha256:…".`
          : `Write "${name}@${digest}", which this build got.`,
      line,
    }))
}

/** Tags that move: those of the image, and those of bases without a digest. */
export function fixedTags(
  { settings }: Rule<'fixed-tags'>,
  subject: PolicySubject,
): readonly Finding[] {
  const { allow = [] } = settings
  const moves = (tag: string): boolean => isFloating(tag) && !matchesSome(tag, allow)
  const own = subject.tags.filter(moves).map((tag) => ({
    message: `Tag "${tag}" of the image moves: it does not say which build it is.`,
    remedy: 'Take it out of "tags", or give a rule such as type=semver,pattern={{version}}.',
    line: undefined,
  }))
  const ofBases = judged(subject)
    .filter(({ isPinned, name }) => !isPinned && moves(tagOf(name)))
    .map(({ name, line }) => ({
      message: `Tag "${tagOf(name)}" of base image "${name}" moves: it is another image from time to time.`,
      remedy: 'Name a full version, or better a digest.',
      line,
    }))
  return [...own, ...ofBases]
}

function tagOf(name: string): string {
  return /:([^/:]*)$/.exec(name)?.[1] ?? 'latest'
}

const dayMilliseconds = 86_400_000

/** An image under the target that is too old, or whose age cannot be told. */
export function baseAge(
  { settings }: { readonly settings: { readonly days: number } },
  opened: OpenedImage,
  { bases, now }: PolicySubject,
): readonly Finding[] {
  const root = bases.find(({ isRoot }) => isRoot)
  const isOnScratch = root === undefined && !opened.origins.some(({ kind }) => kind === 'unknown')
  if (isOnScratch) return []
  const { name = 'of the target', line } = root ?? {}
  const time = timeOfBase(opened)
  if (time === undefined) return [unknownAge(name, line)]
  const days = Math.floor((now.getTime() - time) / dayMilliseconds)
  if (days <= settings.days) return []
  return [
    {
      message: `Base image "${name}" was made ${days} days ago; the policy allows ${settings.days}.`,
      remedy: 'Build on a newer version of it.',
      line,
    },
  ]
}

/** When the last of what the base brought was made, by the history that it left. */
function timeOfBase({ image, origins }: OpenedImage): number | undefined {
  const last = origins.findLastIndex(({ kind }) => kind === 'base')
  const created = last === -1 ? undefined : image.config.history[last]?.created
  const time = Date.parse(created ?? '')
  // Reproducible images have no age: their times are those of 1970, or of the year 1.
  return Number.isNaN(time) || time < dayMilliseconds * 3650 ? undefined : time
}

function unknownAge(name: string, line: number | undefined): Finding {
  return {
    message: `The age of base image "${name}" cannot be told: its history has no time.`,
    remedy: 'Build on an image that has one, or set the mode of "base-age" to warn.',
    line,
  }
}
