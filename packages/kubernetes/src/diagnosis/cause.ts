import { nameOf } from '../object.ts'
import type { ClusterEvent } from '../readiness/cluster-event.ts'
import { isNodeTrouble } from '../readiness/node-trouble.ts'
import { isReady } from '../readiness/pod.ts'
import type { ContainerStatus, Pod } from '../readiness/pod.ts'
import { isPullTrouble } from '../readiness/trouble.ts'
import type { Trouble } from '../readiness/trouble.ts'
import type { WorkloadState } from '../readiness/workload-state.ts'
import { pullFailure } from './pull-failure.ts'

/** A container that may be to blame. */
export interface Suspect {
  readonly pod: Pod
  readonly status: ContainerStatus
}

/** What the cause of a failure is told from. */
export interface Findings {
  readonly state: WorkloadState
  readonly events: readonly ClusterEvent[]
  /** The container that is looked at first, and the last line of its log. */
  readonly suspect: Suspect | undefined
  readonly lastLogLine: string | undefined
  /** What is wrong with the node of the pod that has the main trouble, as far as that is known. */
  readonly node?: string | undefined
}

/** The trouble that explains most: the one that needs the least patience. */
export function mainTrouble({ troubles }: WorkloadState): Trouble | undefined {
  return [...troubles].sort((a, b) => a.graceSeconds - b.graceSeconds)[0]
}

/** Why a workload did not become ready, in one line. */
export function causeOf(findings: Findings): string {
  const { state } = findings
  const trouble = mainTrouble(state)
  const cause = trouble === undefined ? withoutTrouble(findings) : ofTrouble(trouble, findings)
  return `${nameOf(state.reference)}: ${oneLine(cause)}`
}

function ofTrouble(trouble: Trouble, findings: Findings): string {
  const subject = subjectOf(trouble)
  if (isNodeTrouble(trouble)) {
    const { message } = trouble
    const details = [message, findings.node].filter((detail) => detail !== undefined)
    return `${subject} ${wordsFor(trouble)}${after(details.join('; '))}`
  }
  if (!isPullTrouble(trouble)) {
    return `${subject} ${wordsFor(trouble)}${detailOf(trouble, findings)}`
  }
  const image = imageOf(trouble, findings.state.pods) ?? 'its image'
  return `${subject} cannot pull ${image} (${trouble.reason}): ${pullFailure(trouble.message)}`
}

function imageOf({ pod, container }: Trouble, pods: readonly Pod[]): string | undefined {
  const spec = pods.find(({ metadata }) => metadata.name === pod)?.spec
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].find(
    ({ name }) => name === container,
  )?.image
}

function subjectOf({ pod, container, reason }: Trouble): string {
  if (pod === undefined) return reason === 'FailedCreate' ? 'No pod' : 'It'
  return container === undefined ? `Pod ${pod}` : `Pod ${pod}: container "${container}"`
}

const wordsOfReason: Readonly<Record<string, string>> = {
  ErrImageNeverPull: 'has an image that must not be pulled and is not there',
  InvalidImageName: 'has an image whose name is not valid',
  CreateContainerConfigError: 'cannot be made',
  CreateContainerError: 'cannot be made',
  RunContainerError: 'cannot be started',
  WrongDigest: 'runs something else',
  OOMKilled: 'was killed because it used more memory than its limit',
  TooManyRestarts: 'was restarted too often',
  FailedCreate: 'can be made',
  Unschedulable: 'cannot be scheduled',
  SyncLoadBalancerFailed: 'gets no load balancer',
  ProvisioningFailed: 'gets no volume',
  FailedCreatePodSandBox: 'gets no place on its node',
  NodeSilent: 'is not taken on by its node',
  NodeNotReady: 'is on a node that has gone quiet',
  StuckTerminating: 'does not go away',
  Evicted: 'was evicted from its node',
  NodeShutdown: 'was ended because its node shuts down',
  Terminated: 'was ended because its node shuts down',
  FailedMount: 'has a volume that cannot be mounted',
}

function wordsFor({ reason, exitCode }: Trouble): string {
  const words = wordsOfReason[reason]
  if (words !== undefined) return `${words} (${reason})`
  return exitCode === undefined ? `is in ${reason}` : `exited with ${exitCode} (${reason})`
}

/**
 * A crash is explained by the probe that ended the container, or by what it said last; anything
 * else by Kubernetes' message.
 */
function detailOf({ exitCode, message, pod }: Trouble, findings: Findings): string {
  if (exitCode === undefined) return after(message)
  const probe = killingSignals.includes(exitCode) ? failedProbe(findings, pod) : undefined
  return after(probe ?? findings.lastLogLine)
}

/** Exit codes of what SIGKILL and SIGTERM ended. */
const killingSignals: readonly number[] = [137, 143]

/** What the kubelet says of a probe before it ends a container. */
function failedProbe({ events, state }: Findings, pod: string | undefined): string | undefined {
  const uid = state.pods.find(({ metadata }) => metadata.name === pod)?.metadata.uid
  return events
    .filter(({ objectUid }) => objectUid === uid)
    .findLast(({ message }) => /^(?:Liveness|Startup) probe failed/.test(message))?.message
}

function withoutTrouble({ state, events, suspect, lastLogLine }: Findings): string {
  const pod = suspect?.pod ?? state.pods.find((candidate) => !isReady(candidate))
  if (pod === undefined) return state.message
  const { name, uid } = pod.metadata
  const scheduled = pod.status.conditions.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status === 'False') return `Pod ${name} cannot be scheduled: ${scheduled.message}`
  if (suspect === undefined) return `Pod ${name} is not ready`
  const subject = `Pod ${name}: container "${suspect.status.name}"`
  const { terminated } = suspect.status.state
  if (terminated !== undefined && terminated.exitCode !== 0) {
    return `${subject} exited with ${terminated.exitCode}${after(lastLogLine)}`
  }
  const warning = events.filter(({ objectUid }) => objectUid === uid).at(-1)
  return `${subject} is not ready${after(warning?.message)}`
}

function after(detail: string | undefined): string {
  return detail === undefined || detail === '' ? '' : `: ${detail}`
}

const longestCause = 500

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= longestCause ? line : `${line.slice(0, longestCause)}…`
}
