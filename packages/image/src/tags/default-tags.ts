import { shortDigest } from '../digest.ts'
import type { Digest } from '../digest.ts'
import { imageTags } from './image-tags.ts'
import { parseTagRules } from './parse-tag-rules.ts'
import type { TagContext } from './tag-context.ts'

/** The tag of one build of one commit; it can be given once only, and never has to move. */
export function buildTag(sha: string | undefined, digest: Digest): string {
  const isCommit = sha !== undefined && /^[0-9a-f]{40,64}$/.test(sha)
  return `${isCommit ? sha.slice(0, 12) : 'image'}-${shortDigest(digest)}`
}

/** The version that a Git tag names, where such a one is built. */
export function releaseVersion(context: TagContext): string | undefined {
  return imageTags(parseTagRules('type=semver,pattern={{version}}'), context).version
}

/**
 * The tags where no rules are given, none of which ever moves: the version of a release, and one of
 * commit and digest. A commit alone would clash when its build is run again and gives other bytes.
 */
export function defaultTags(context: TagContext, digest: Digest): readonly string[] {
  const version = releaseVersion(context)
  const build = buildTag(context.sha, digest)
  return version === undefined ? [build] : [version, build]
}
