import { inert } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import { warningEvents } from '../readiness/cluster-event.ts'
import type { ClusterEvent } from '../readiness/cluster-event.ts'
import { isNodeTrouble } from '../readiness/node-trouble.ts'
import { containerStatusesOf, isReady } from '../readiness/pod.ts'
import type { ContainerStatus } from '../readiness/pod.ts'
import type { WorkloadState } from '../readiness/workload-state.ts'
import { redactorFor } from '../redact.ts'
import type { Redact } from '../redact.ts'
import { causeOf, mainTrouble } from './cause.ts'
import type { Suspect } from './cause.ts'
import { containerLog } from './container-log.ts'
import { knownSecrets } from './known-secrets.ts'
import { nodeState } from './node-state.ts'

/** A container that is not ready, and what it wrote. */
export interface ContainerDiagnosis {
  readonly pod: string
  readonly container: string
  /** `waiting: CrashLoopBackOff, 2 restarts, last exit code 3` */
  readonly state: string
  /** What the kubelet or the container runtime says of it, in its own words. */
  readonly message: string
  readonly log: string
}

/** Why one workload did not become ready. */
export interface Diagnosis {
  readonly reference: ObjectReference
  /** In one line. */
  readonly cause: string
  readonly containers: readonly ContainerDiagnosis[]
  /** The latest warnings about the workload and its pods. */
  readonly events: readonly string[]
}

const containersShown = 4
const eventsShown = 10

/** What is to be diagnosed. */
export interface Patients {
  readonly namespace: string
  readonly workloads: readonly WorkloadState[]
  /** Of the release that the workloads belong to: values of its Secrets are not shown. */
  readonly objects: readonly KubernetesObject[]
}

/**
 * Finds out why workloads are not ready: container states, logs, warnings. Foreign text comes
 * without the values of the release's Secrets, and of those that its pods were given.
 */
export async function diagnose(
  cluster: Cluster,
  { namespace, workloads, objects }: Patients,
): Promise<readonly Diagnosis[]> {
  const failing = causesIn(workloads)
  if (failing.length === 0) return []
  const pods = failing.flatMap((state) => state.pods)
  const [events, secrets] = await Promise.all([
    warningEvents(cluster, namespace),
    knownSecrets(cluster, { namespace, objects, pods }),
  ])
  const redact = redactorFor(secrets)
  const safeEvents = events.map((event) => ({ ...event, message: redact(event.message) }))
  return Promise.all(
    failing.map((state) =>
      diagnoseOne(cluster, withoutSecrets(state, redact), {
        namespace,
        events: safeEvents,
        redact,
      }),
    ),
  )
}

/**
 * What is not ready for a reason of its own, the first cause first: a Service whose pods are not
 * ready, or an Ingress before it, only waits. What needs the least patience explains most.
 */
function causesIn(workloads: readonly WorkloadState[]): readonly WorkloadState[] {
  const failing = workloads.filter(({ phase }) => phase !== 'ready')
  const certain = failing
    .filter(({ phase, troubles }) => phase === 'failed' || troubles.length > 0)
    .sort((a, b) => patienceFor(a) - patienceFor(b))
  const others = failing.filter((state) => !certain.includes(state))
  const withPods = others.filter(({ wantedPods }) => wantedPods > 0)
  const causes = [...certain, ...withPods]
  return causes.length > 0 ? causes : failing
}

function patienceFor(state: WorkloadState): number {
  return state.phase === 'failed' ? 0 : (mainTrouble(state)?.graceSeconds ?? 0)
}

function withoutSecrets(state: WorkloadState, redact: Redact): WorkloadState {
  const troubles = state.troubles.map((trouble) => ({
    ...trouble,
    message: redact(trouble.message),
  }))
  return { ...state, message: redact(state.message), troubles }
}

interface Surroundings {
  readonly namespace: string
  readonly events: readonly ClusterEvent[]
  readonly redact: Redact
}

async function diagnoseOne(
  cluster: Cluster,
  state: WorkloadState,
  { namespace, events, redact }: Surroundings,
): Promise<Diagnosis> {
  const own = events.filter(({ objectUid }) => state.uids.includes(objectUid))
  const suspects = suspectsOf(state)
  const containers = await Promise.all(
    suspects.map(async ({ pod, status }) => ({
      pod: pod.metadata.name,
      container: status.name,
      state: describe(status),
      message: inert(redact((status.state.waiting ?? status.state.terminated)?.message ?? '')),
      log: await containerLog(cluster, { namespace, pod: pod.metadata.name, redact }, status),
    })),
  )
  const lastLogLine = containers[0]?.log.split('\n').at(-1)
  const node = await nodeOf(cluster, state)
  return {
    reference: state.reference,
    cause: inert(causeOf({ state, events: own, suspect: suspects[0], lastLogLine, node })),
    containers,
    events: own.slice(-eventsShown).map(formatEvent),
  }
}

/** What is wrong with the node that the main trouble is about. */
async function nodeOf(cluster: Cluster, state: WorkloadState): Promise<string | undefined> {
  const trouble = mainTrouble(state)
  if (trouble === undefined || !isNodeTrouble(trouble)) return undefined
  const pod = state.pods.find(({ metadata }) => metadata.name === trouble.pod)
  return pod === undefined ? undefined : nodeState(cluster, pod.spec.nodeName)
}

/** Containers that are not ready, of the pods that are not: those to blame most come first. */
function suspectsOf(state: WorkloadState): readonly Suspect[] {
  const trouble = mainTrouble(state)
  const isMain = ({ pod, status }: Suspect): boolean =>
    pod.metadata.name === trouble?.pod && status.name === trouble.container
  const all = state.pods.flatMap((pod) =>
    containerStatusesOf(pod).map((status) => ({ pod, status })),
  )
  const unready = all.filter(
    (suspect) => isMain(suspect) || (!isReady(suspect.pod) && !isDone(suspect.status)),
  )
  return [...unready]
    .sort((a, b) => weightOf(b, isMain(b)) - weightOf(a, isMain(a)))
    .slice(0, containersShown)
}

/** Init containers, and those of Jobs, end well. */
function isDone({ ready, state }: ContainerStatus): boolean {
  return ready || state.terminated?.exitCode === 0
}

function weightOf({ status }: Suspect, isMain: boolean): number {
  if (isMain) return 2
  return (status.state.terminated?.exitCode ?? 0) === 0 ? 0 : 1
}

function describe({ state, lastState, restartCount }: ContainerStatus): string {
  const ended = state.terminated ?? lastState.terminated
  const now = state.waiting
    ? `waiting: ${state.waiting.reason || 'unknown reason'}`
    : state.running
      ? 'running, not ready'
      : 'terminated'
  return [
    now,
    restartCount === 0 ? undefined : `${restartCount} restarts`,
    ended === undefined ? undefined : `last exit code ${ended.exitCode}`,
    ended?.reason,
  ]
    .filter((part) => part !== undefined)
    .join(', ')
}

function formatEvent({ objectKind, objectName, reason, message, count }: ClusterEvent): string {
  const times = count > 1 ? ` (${count} times)` : ''
  return inert(`${objectKind}/${objectName} ${reason}${times}: ${message}`)
}
