import { ConfigurationError } from '@oke-pipeline/core'
import type { Assignment } from '@oke-pipeline/core'
import { readGithubEvent } from '@oke-pipeline/image'
import type { GithubEvent } from '@oke-pipeline/image'
import type { BuildPorts } from './build-request.ts'
import { commitTime } from './commit-time.ts'
import type { Inputs } from './declaration.ts'
import { annotationsOf, labelsOf } from './labels.ts'
import { contextOf, taggingOf } from './tags.ts'
import type { Tagging } from './tags.ts'

/** How an image is to be called, and what it says of itself. */
export interface Naming extends Pick<Tagging, 'tagsOf'> {
  readonly labels: readonly Assignment[]
  readonly annotations: readonly Assignment[]
}

/** Phase "prepare": tags by their rules, labels and annotations from the repository. */
export async function namingOf(inputs: Inputs, ports: BuildPorts): Promise<Naming> {
  const event = await readGithubEvent(ports.run.eventPath)
  const created = await commitDateOf(event, ports)
  const { version, notes, tagsOf } = taggingOf(inputs, contextOf(ports, event, created))
  for (const note of notes) ports.log.info(note)
  const origin = { run: ports.run, event, created, version }
  return {
    tagsOf,
    labels: labelsOf(inputs, origin),
    annotations: annotationsOf(inputs, origin),
  }
}

/** When the commit was made: the checked-out one, or the one that the event is about. */
async function commitDateOf(event: GithubEvent, ports: BuildPorts): Promise<Date | undefined> {
  try {
    return new Date((await commitTime(ports)) * 1000)
  } catch (error) {
    // Only a reproducible build cannot do without; it asks for it itself.
    if (!(error instanceof ConfigurationError)) throw error
    return event.commitDate
  }
}
