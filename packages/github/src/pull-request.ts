import { readFile } from 'node:fs/promises'
import { ConfigurationError } from '@oke-pipeline/core'
import type { RunContext } from '@oke-pipeline/core'
import * as v from 'valibot'

/** The pull request that a run is for. */
export interface PullRequest {
  readonly number: number
  /** The commit of the base branch that it is compared with. */
  readonly baseSha: string
  /** Whether it comes from another repository: the token of its runs can only read. */
  readonly isFromFork: boolean
}

const repositorySchema = v.nullable(v.object({ full_name: v.string() }))

const eventSchema = v.object({
  pull_request: v.optional(
    v.object({
      number: v.number(),
      head: v.object({ repo: repositorySchema }),
      base: v.object({ sha: v.string(), repo: repositorySchema }),
    }),
  ),
})

/**
 * The pull request of the event that started a run; undefined for a push and the like. The file is
 * the runner's own, and lies outside workspace and temp folder when the job runs in a container.
 * @throws {@link ConfigurationError} when the event cannot be read.
 */
export async function pullRequestOf({
  eventPath,
}: Pick<RunContext, 'eventPath'>): Promise<PullRequest | undefined> {
  if (eventPath === undefined || eventPath === '') return undefined
  const { pull_request: found } = await readEvent(eventPath)
  if (found === undefined) return undefined
  const { number, head, base } = found
  return {
    number,
    baseSha: base.sha,
    // The repository of the head is gone when the fork was deleted.
    isFromFork: head.repo?.full_name !== base.repo?.full_name,
  }
}

async function readEvent(path: string): Promise<v.InferOutput<typeof eventSchema>> {
  try {
    return v.parse(eventSchema, JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    throw new ConfigurationError({
      title: `The event of this run, "${path}", cannot be read`,
      explanation: 'It is not there, or not the JSON that GitHub writes for an event.',
      remedy: 'Do not set GITHUB_EVENT_PATH in the workflow.',
      cause: error,
    })
  }
}
