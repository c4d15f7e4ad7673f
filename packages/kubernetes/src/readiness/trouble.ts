import type { ClusterEvent } from './cluster-event.ts'
import { containerStatusesOf, isReady, observedDigest } from './pod.ts'
import type { ContainerStatus, Pod } from './pod.ts'

/** Why a workload will not become ready by waiting. */
export interface Trouble {
  /** The pod that has it; absent where no pod could be made. */
  readonly pod: string | undefined
  readonly container: string | undefined
  /** Kubernetes' word for it: `CrashLoopBackOff`. */
  readonly reason: string
  readonly message: string
  readonly exitCode: number | undefined
  readonly restarts: number
  /** How long it must last before it counts: some troubles pass. */
  readonly graceSeconds: number
}

/** Restarts after which a container that is not ready counts as crashing, whatever its state. */
const restartsAllowed = 2

/** What a registry says when trying again is of no use. */
const finalPullError =
  /not found|no such|unknown|denied|unauthorized|forbidden|authentication|invalid|no match for platform|x509/i

const pullReasons = ['ErrImagePull', 'ImagePullBackOff']

/** Whether a trouble is an image that cannot be pulled. */
export function isPullTrouble({ reason }: Pick<Trouble, 'reason'>): boolean {
  return pullReasons.includes(reason)
}

const graceOfReason: Readonly<Record<string, number>> = {
  CrashLoopBackOff: 0,
  ErrImageNeverPull: 0,
  InvalidImageName: 0,
  // The kubelet may need a moment to see a ConfigMap or Secret that was applied just before.
  CreateContainerConfigError: 2,
  CreateContainerError: 10,
  RunContainerError: 10,
}

const pullGraceSeconds = 30

/** How strictly crashes are judged. */
export interface TroubleOptions {
  /** A Job has its own count of retries. */
  readonly isRetriedByOwner: boolean
  /** How often a container may be restarted; absent where only crash loops count. */
  readonly maxRestarts?: number | undefined
}

/** The troubles of a pod's containers. */
export function troublesOf(pod: Pod, options: TroubleOptions): readonly Trouble[] {
  const { isRetriedByOwner, maxRestarts } = options
  if (!isRetriedByOwner && maxRestarts !== undefined) return withinBudget(pod, maxRestarts)
  return containerTroubles(pod).filter((trouble) => !isRetriedByOwner || !isCrash(trouble))
}

/** With a budget, crashes count once it is spent, and then even if the container is ready again. */
function withinBudget(pod: Pod, maxRestarts: number): readonly Trouble[] {
  const others = containerTroubles(pod).filter((trouble) => !isCrash(trouble))
  const spent = containerStatusesOf(pod)
    .filter((status) => needsMore(status, maxRestarts))
    .map((status) => overBudget(pod, status, maxRestarts))
  return [...spent, ...others]
}

function needsMore({ state, restartCount }: ContainerStatus, maxRestarts: number): boolean {
  const isCrashed =
    state.waiting?.reason === 'CrashLoopBackOff' || (state.terminated?.exitCode ?? 0) !== 0
  return restartCount > maxRestarts || (isCrashed && restartCount >= maxRestarts)
}

function overBudget(pod: Pod, status: ContainerStatus, maxRestarts: number): Trouble {
  return {
    pod: pod.metadata.name,
    container: status.name,
    reason: tooManyRestarts,
    message: `it was restarted ${status.restartCount} times; "max-restarts" allows ${maxRestarts}`,
    exitCode: endOf(status)?.exitCode,
    restarts: status.restartCount,
    graceSeconds: 0,
  }
}

/** The reason of a trouble that also counts where everything is ready. */
export const tooManyRestarts = 'TooManyRestarts'

function containerTroubles(pod: Pod): readonly Trouble[] {
  if (isReady(pod)) return []
  return containerStatusesOf(pod).flatMap((status) => troubleOf(pod, status) ?? [])
}

function isCrash({ reason, exitCode }: Trouble): boolean {
  return reason === 'CrashLoopBackOff' || exitCode !== undefined
}

function troubleOf(pod: Pod, status: ContainerStatus): Trouble | undefined {
  const trouble = whileWaiting(status) ?? afterRestarts(status)
  if (trouble === undefined) return undefined
  return {
    pod: pod.metadata.name,
    container: status.name,
    restarts: status.restartCount,
    ...trouble,
  }
}

type ContainerTrouble = Pick<Trouble, 'reason' | 'message' | 'exitCode' | 'graceSeconds'>

function endOf({ state, lastState }: ContainerStatus): ContainerStatus['state']['terminated'] {
  return state.terminated ?? lastState.terminated
}

/** Why the kernel ended a container: of more help than that it is in a crash loop. */
const outOfMemory = 'OOMKilled'

function whileWaiting(status: ContainerStatus): ContainerTrouble | undefined {
  const { waiting } = status.state
  const graceSeconds = waiting === undefined ? undefined : graceOf(waiting)
  if (waiting === undefined || graceSeconds === undefined) return undefined
  // What made the container end before does not explain why it cannot start now.
  const end = waiting.reason === 'CrashLoopBackOff' ? endOf(status) : undefined
  const reason = end?.reason === outOfMemory ? outOfMemory : waiting.reason
  return { ...waiting, reason, exitCode: end?.exitCode, graceSeconds }
}

function afterRestarts(status: ContainerStatus): ContainerTrouble | undefined {
  const end = endOf(status)
  if (end === undefined || end.exitCode === 0 || status.restartCount < restartsAllowed) {
    return undefined
  }
  const { reason = 'Error', message = '', exitCode } = end
  return { reason, message, exitCode, graceSeconds: 0 }
}

function graceOf(waiting: {
  readonly reason: string
  readonly message: string
}): number | undefined {
  if (!pullReasons.includes(waiting.reason)) return graceOfReason[waiting.reason]
  return finalPullError.test(waiting.message) ? 0 : pullGraceSeconds
}

/** Containers that run something else than the wanted image, although they were told to run it. */
export function wrongDigests(
  pod: Pod,
  wanted: { readonly image: string; readonly digests: readonly string[] },
): readonly Trouble[] {
  const { containers, initContainers } = pod.spec
  const told = [...initContainers, ...containers]
    .filter((container) => container.image === wanted.image)
    .map(({ name }) => name)
  return containerStatusesOf(pod).flatMap((status) => {
    const digest = observedDigest(status)
    if (!told.includes(status.name) || digest === undefined) return []
    return wanted.digests.includes(digest) ? [] : [wrongDigest(pod, status, digest)]
  })
}

function wrongDigest(pod: Pod, status: ContainerStatus, digest: string): Trouble {
  return {
    pod: pod.metadata.name,
    container: status.name,
    reason: 'WrongDigest',
    message: `the container runtime reports ${digest}. If that is the manifest of one platform of this image, or an image of the same content that the node had before, name it by "platform-digests"`,
    exitCode: undefined,
    restarts: status.restartCount,
    graceSeconds: 0,
  }
}

/**
 * Long enough for an autoscaler to say that it adds a node (it looks every ten seconds), short
 * enough not to keep anybody waiting.
 */
const unschedulableGraceSeconds = 12

/** A pod that no node takes; an unbound volume claim, or a node being cleared for it, may take longer. */
export function unschedulable(pod: Pod): readonly Trouble[] {
  const found = pod.status.conditions.find(({ type }) => type === 'PodScheduled')
  if (found?.status !== 'False' || found.reason !== 'Unschedulable') return []
  if (pod.status.nominatedNodeName !== '') return []
  if (found.message.includes('unbound immediate PersistentVolumeClaims')) return []
  return [
    {
      pod: pod.metadata.name,
      container: undefined,
      reason: 'Unschedulable',
      message: found.message,
      exitCode: undefined,
      restarts: 0,
      graceSeconds: unschedulableGraceSeconds,
    },
  ]
}

const eventTroubles: Readonly<
  Record<string, { readonly grace: number; readonly pattern: RegExp }>
> = {
  // Quota that old pods still use up is freed within seconds.
  FailedCreate: { grace: 15, pattern: /./ },
  // A node that comes back within seconds has its pods ready again.
  NodeNotReady: { grace: 30, pattern: /./ },
  FailedMount: { grace: 8, pattern: /not found|references non-existent/ },
  // Addresses of a subnet that old pods still hold are freed within seconds.
  FailedCreatePodSandBox: { grace: 30, pattern: /./ },
  // The cloud controller tries again and again; what the tenancy does not allow stays so.
  SyncLoadBalancerFailed: {
    grace: 10,
    pattern: /limit ?exceeded|quota|NotAuthorized|InvalidParameter|not ?found/i,
  },
  ProvisioningFailed: { grace: 8, pattern: /not found|limit ?exceeded|quota|NotAuthorized/i },
}

/** Troubles that are told by events only: pods that could not be made, volumes that do not exist. */
export function troublesOfEvents(events: readonly ClusterEvent[]): readonly Trouble[] {
  return events.flatMap(({ reason, message, objectKind, objectName }) => {
    const known = eventTroubles[reason]
    if (known?.pattern.test(message) !== true) return []
    return [
      {
        pod: objectKind === 'Pod' ? objectName : undefined,
        container: undefined,
        reason,
        message,
        exitCode: undefined,
        restarts: 0,
        graceSeconds: known.grace,
      },
    ]
  })
}
