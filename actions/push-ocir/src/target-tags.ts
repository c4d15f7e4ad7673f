import { shortDigest } from '@oke-pipeline/image'
import type { Digest, TargetTag } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'

/**
 * The tags to give. Without any, one of commit and digest: a commit alone would clash when a
 * workflow is run again and the build gives other bytes.
 */
export function targetTags(
  { tags = [], 'moving-tags': moving = [] }: Pick<Inputs, 'tags' | 'moving-tags'>,
  digest: Digest,
  sha: string | undefined,
): readonly TargetTag[] {
  const given = new Map<string, boolean>()
  for (const name of tags) given.set(name, false)
  for (const name of moving) given.set(name, true)
  if (given.size === 0) given.set(`${commitOf(sha)}-${shortDigest(digest)}`, false)
  return [...given].map(([name, mayMove]) => ({ name, mayMove }))
}

function commitOf(sha: string | undefined): string {
  return sha !== undefined && /^[0-9a-f]{40,64}$/.test(sha) ? sha.slice(0, 12) : 'image'
}
