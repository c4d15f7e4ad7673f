import type { InputProblem, RunContext, Runner } from '@oke-pipeline/core'
import { buildTag, imageTags, readGithubEvent, tagContextOf } from '@oke-pipeline/image'
import type { Digest, TagContext, TargetTag } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'

type TagInputs = Partial<Pick<Inputs, 'tags' | 'moving-tags'>>

/** What the rules for tags look at. */
export async function readTagContext({
  run,
  clock,
}: {
  readonly run: RunContext
  readonly clock: Runner['clock']
}): Promise<TagContext> {
  return tagContextOf(run, await readGithubEvent(run.eventPath), { now: new Date(clock.now()) })
}

/**
 * The tags to give. Without any, one of commit and digest: a commit alone would clash when a
 * workflow is run again and the build gives other bytes.
 */
export function targetTags(
  { tags = [], 'moving-tags': moving = [] }: TagInputs,
  digest: Digest,
  context: TagContext,
): readonly TargetTag[] {
  const given = new Map<string, boolean>()
  for (const name of imageTags(tags, context).tags) given.set(name, false)
  for (const name of imageTags(moving, context).tags) given.set(name, true)
  if (given.size === 0) given.set(buildTag(context.sha, digest), false)
  return [...given].map(([name, mayMove]) => ({ name, mayMove }))
}

/** What is wrong with the tags that the rules give here. */
export function checkTags(
  { tags = [], 'moving-tags': moving = [] }: TagInputs,
  context: TagContext,
): readonly InputProblem[] {
  const [fixed, moved] = [imageTags(tags, context), imageTags(moving, context)]
  return [
    ...fixed.problems.map((problem) => ({ input: 'tags', problem })),
    ...moved.problems.map((problem) => ({ input: 'moving-tags', problem })),
    ...fixed.tags
      .filter((tag) => moved.tags.includes(tag))
      .map((tag) => ({
        input: 'moving-tags',
        got: tag,
        problem: 'is among "tags" too; a tag either stays or moves',
      })),
  ]
}
