import { GateError } from '@oke-pipeline/core'
import type { Clock, Log } from '@oke-pipeline/core'
import { planRetention } from '@oke-pipeline/delivery'
import type { ImageToDelete, RetentionPlan } from '@oke-pipeline/delivery'
import { repositoryName } from '@oke-pipeline/image'
import type { Repository } from '@oke-pipeline/image'
import type { RecordedReferences } from '@oke-pipeline/kubernetes'
import type { ContainerImage, ContainerImageTag } from '@oke-pipeline/oci'
import type { Inputs } from './declaration.ts'

/** What cleaning needs of the world. */
export interface CleanPorts {
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly signal: AbortSignal
  /** To read what belongs together. */
  readonly repository: Repository
  /** What the release records of all environments refer to. */
  references(): Promise<RecordedReferences>
  images(): Promise<readonly ContainerImage[]>
  tagsOf(image: ContainerImage): Promise<readonly ContainerImageTag[]>
  delete(image: ContainerImage): Promise<void>
}

/** What was found, and what was done about it. */
export interface CleanResult extends RetentionPlan {
  /** Registry and repository. */
  readonly repository: string
  readonly deletedCount: number
}

/**
 * Finds the images that nothing needs any more and, if that is wanted, deletes them. Release records
 * are read after the images were listed, so that they are as new as can be when something goes.
 * @throws GateError where more would be deleted than may be, or records cannot be read.
 */
export async function run(inputs: Inputs, ports: CleanPorts): Promise<CleanResult> {
  const { clock, log, repository } = ports
  const name = repositoryName(repository.reference)
  const images = await ports.images()
  log.info(`${name} has ${images.length} images`)
  const references = await log.group('Release records', () => ports.references())
  const plan = await planRetention(images, rulesOf(inputs), {
    ...{ references, repository, now: clock.now() },
    tagsOf: (image) => ports.tagsOf(image),
  })
  for (const image of plan.toDelete) log.info(`Not needed: ${inWords(image)}`)
  if (!inputs.delete) return { ...plan, repository: name, deletedCount: 0 }
  assertFew(plan, inputs['max-delete'])
  await log.group(`Delete ${plan.toDelete.length} images`, async () => {
    for (const image of plan.toDelete) {
      ports.signal.throwIfAborted()
      await ports.delete(image)
      log.info(`Deleted ${image.digest}`)
    }
  })
  return { ...plan, repository: name, deletedCount: plan.toDelete.length }
}

function rulesOf(inputs: Inputs): Parameters<typeof planRetention>[1] {
  return {
    untaggedAfterSeconds: inputs['untagged-after'],
    taggedAfterSeconds: inputs['tagged-after'],
    newestKept: inputs.keep,
  }
}

function inWords({ digest, tags, createdAt }: ImageToDelete): string {
  const names = tags.length === 0 ? 'without a tag' : tags.join(', ')
  return `${digest} (${names}, pushed ${createdAt.toISOString()})`
}

function assertFew({ toDelete }: RetentionPlan, most: number): void {
  if (toDelete.length <= most) return
  throw new GateError({
    title: `${toDelete.length} images would be deleted, more than may be`,
    explanation: `"max-delete" is ${most}. Nothing has been deleted.`,
    remedy: 'Look at the list in the log, and raise "max-delete" if all of them may go.',
  })
}
