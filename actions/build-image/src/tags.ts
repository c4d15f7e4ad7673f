import type { InputProblem, RunContext, Runner } from '@oke-pipeline/core'
import {
  defaultTags,
  imageTags,
  readGithubEvent,
  releaseVersion,
  tagContextOf,
} from '@oke-pipeline/image'
import type { Digest, GithubEvent, ImageTags, TagContext } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'

/** The tags of an image, some of which may need its digest. */
export interface Tagging {
  /** Of rules that give the version; the value of its label. */
  readonly version: string | undefined
  /** Why a rule gave nothing. */
  readonly notes: readonly string[]
  readonly tagsOf: (digest: Digest) => readonly string[]
}

/** What the rules look at. */
export interface TagPorts {
  readonly run: RunContext
  readonly clock: Runner['clock']
}

/** Applies the rules of the input; without any, the tags are those that never move. */
export function taggingOf({ tags }: Pick<Inputs, 'tags'>, context: TagContext): Tagging {
  if (tags === undefined) {
    const tagsOf = (digest: Digest): readonly string[] => defaultTags(context, digest)
    return { version: releaseVersion(context), notes: [], tagsOf }
  }
  const made = imageTags(tags, context)
  return { version: made.version, notes: made.notes, tagsOf: () => made.tags }
}

/** What the rules look at, of this run and an event that has been read. */
export function contextOf(
  { run, clock }: TagPorts,
  event: GithubEvent,
  commitDate?: Date,
): TagContext {
  return tagContextOf(run, event, { now: new Date(clock.now()), commitDate })
}

/** Rules that would give what is no tag, such as that of a branch with an odd name. */
export async function checkTags(
  { tags }: Partial<Inputs>,
  ports: TagPorts,
): Promise<readonly InputProblem[]> {
  if (tags === undefined) return []
  const event = await readGithubEvent(ports.run.eventPath)
  const { problems }: ImageTags = imageTags(tags, contextOf(ports, event))
  return problems.map((problem) => ({ input: 'tags', problem }))
}
