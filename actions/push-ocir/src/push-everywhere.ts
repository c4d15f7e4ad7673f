import { ConfigurationError, ServiceError, messageOf } from '@oke-pipeline/core'
import { beginCopy, repositoryName } from '@oke-pipeline/image'
import type { CopyResult, CopyTarget, Layout, RegistryPorts } from '@oke-pipeline/image'

/** How far a push to several places gets: each phase is over everywhere before the next begins. */
const phases = {
  begin: { done: 'nothing was sent', then: 'Nothing has been pushed anywhere.' },
  content: { done: 'the content is there, without tags', then: 'No tag has been given anywhere.' },
  tags: { done: 'image and tags are there', then: 'The tags are not the same everywhere.' },
} as const

type Phase = keyof typeof phases

/**
 * Copies an image to every place: first its content, then, once that is everywhere, its tags, so
 * that no tag names what another place cannot serve. Results come in the order of the places.
 * @throws the error itself where there is one place; else one that lists what got where.
 */
export async function pushEverywhere(
  layout: Layout,
  targets: readonly CopyTarget[],
  ports: RegistryPorts,
): Promise<readonly CopyResult[]> {
  const names = targets.map(({ reference }) => repositoryName(reference))
  const inAll = <T, U>(items: readonly T[], phase: Phase, act: (item: T) => Promise<U>) =>
    settled(items.map(act), { phase, names, signal: ports.signal })
  const begun = await inAll(targets, 'begin', (target) => beginCopy(layout, target, ports))
  const sent = await inAll(begun, 'content', (copy) => copy.sendContent())
  return inAll(sent, 'tags', (copy) => copy.setTags())
}

interface Progress {
  readonly phase: Phase
  readonly names: readonly string[]
  readonly signal: AbortSignal
}

/** What fails in one place does not stop the others: the next run needs to send less. */
async function settled<T>(work: readonly Promise<T>[], progress: Progress): Promise<readonly T[]> {
  // Of one place, the error says it all.
  if (work.length === 1) return Promise.all(work)
  const outcomes = await Promise.allSettled(work)
  progress.signal.throwIfAborted()
  const values = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (values.length === outcomes.length) return values
  const reasons = outcomes.map((one): unknown =>
    one.status === 'rejected' ? one.reason : undefined,
  )
  throw notEverywhere(reasons, progress)
}

function notEverywhere(reasons: readonly unknown[], { phase, names }: Progress): Error {
  const { done, then } = phases[phase]
  const lines = names.map((name, index) => {
    const reason = reasons[index]
    return `\n  - ${name}: ${reason === undefined ? done : `failed: ${messageOf(reason)}`}`
  })
  const failures = reasons.filter((reason) => reason !== undefined)
  const report = {
    title: `The image is not in all of ${names.length} places`,
    explanation: lines.join(''),
    remedy: `\n${then} Run this job again once the cause is gone: what is there is not sent again.`,
    cause: failures[0],
  }
  const isMistake = failures.every((reason) => reason instanceof ConfigurationError)
  return isMistake
    ? new ConfigurationError(report)
    : new ServiceError({ service: 'registries', ...report })
}
