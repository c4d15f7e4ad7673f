import { fieldOf } from '../json.ts'
import { containerImagesOf, isWorkload } from '../manifest/pod-template.ts'
import { groupOf, referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import { withoutCredentials } from '../redact.ts'
import { claimStatus } from './claim-status.ts'
import type { ClusterEvent } from './cluster-event.ts'
import { serviceStatus } from './network-status.ts'
import { nodeNotReady, nodeTroubles } from './node-trouble.ts'
import type { ObjectStatus } from './object-status.ts'
import type { ObservedWorkload } from './observation.ts'
import type { Overview } from './overview.ts'
import type { OwnedPods } from './ownership.ts'
import { containerStatusesOf, isActive, isReady, observedDigest, secondsReady } from './pod.ts'
import type { Pod } from './pod.ts'
import { countOf, isSeen, replicasOf, statusOf } from './status.ts'
import {
  tooManyRestarts,
  troublesOf,
  troublesOfEvents,
  unschedulable,
  wrongDigests,
} from './trouble.ts'
import type { Trouble } from './trouble.ts'
import { updateStrategyOf } from './update-strategy.ts'

/** The image that pods must be seen to run. */
export interface WantedImage {
  /** As the manifests name it: `repository@sha256:…`. */
  readonly image: string
  /** What a container runtime may report for it: its digest, and those of its platforms. */
  readonly digests: readonly string[]
}

/** How well pods must run, of a release as of what a rollback puts back. */
export interface Endurance {
  /** How long every new pod must have been ready without a break. */
  readonly minReadySeconds?: number | undefined
  /** How often a container of the new pods may be restarted; absent where only crash loops count. */
  readonly maxRestarts?: number | undefined
}

/** What is demanded of workloads besides what their controllers say. */
export interface Demands extends Endurance {
  /** Absent where only readiness matters, not what runs. */
  readonly image?: WantedImage | undefined
}

/** What is known of one workload at one moment. */
export interface WorkloadState {
  readonly reference: ObjectReference
  readonly phase: 'ready' | 'progressing' | 'failed'
  /** Why it is not ready, or that it is. */
  readonly message: string
  readonly wantedPods: number
  readonly readyPods: number
  /** Every digest that a container with the image was seen to run. */
  readonly digests: readonly string[]
  /** Pods of the latest revision, for the diagnosis. */
  readonly pods: readonly Pod[]
  /** The workload, and what makes its pods: where events are looked for. */
  readonly uids: readonly string[]
  readonly troubles: readonly Trouble[]
}

/** A container without a readiness probe is ready as soon as it runs, and may crash a moment later. */
const secondsToSettle = 5

/** Judges a workload: what its controller says, and whether its pods run the image and are ready. */
export function workloadState(
  { wanted, live }: ObservedWorkload,
  overview: Overview,
  demands: Demands,
): WorkloadState {
  if (live === undefined) return absentState(wanted)
  const pods = overview.ownership.podsOf(live)
  const truth: Truth = {
    live,
    pods,
    demands,
    containers: containersWith(wanted, demands.image),
    overview,
  }
  const uids = [
    live.metadata.uid ?? '',
    ...pods.makers,
    ...pods.latest.map(({ metadata }) => metadata.uid),
  ]
  const troubles = [...troublesFor(truth, overview.warningsOf(uids)), ...homeless(truth)]
  const { phase, message } = overBudget(troubles) ?? judged(truth)
  return {
    reference: referenceOf(live),
    phase,
    // Some of it is what controllers say, in their own words.
    message: withoutCredentials(message),
    wantedPods: wantedPodsOf(live),
    readyPods: pods.latest.filter((pod) => isActive(pod) && isReady(pod)).length,
    digests: digestsOf(truth),
    pods: pods.latest,
    uids,
    troubles,
  }
}

/** Whether an object may be gone without anybody having deleted it. */
export function goesByItself(object: KubernetesObject): boolean {
  return object.kind === 'Job' && fieldOf(object, 'spec', 'ttlSecondsAfterFinished') !== undefined
}

interface Truth {
  readonly live: KubernetesObject
  readonly pods: OwnedPods
  readonly demands: Demands
  /** Names of the containers that were given the image. */
  readonly containers: readonly string[]
  readonly overview: Overview
}

/** A Job with a time to live after it has finished goes by itself; anything else does not. */
function absentState(wanted: KubernetesObject): WorkloadState {
  const isFinished = goesByItself(wanted)
  return {
    reference: referenceOf(wanted),
    phase: isFinished ? 'ready' : 'failed',
    message: isFinished
      ? 'has finished and is gone'
      : 'does not exist any more: something else deleted it',
    wantedPods: 0,
    readyPods: 0,
    digests: [],
    pods: [],
    uids: [],
    troubles: [],
  }
}

function containersWith(
  wanted: KubernetesObject,
  image: WantedImage | undefined,
): readonly string[] {
  return containerImagesOf(wanted)
    .filter((found) => found.image === image?.image)
    .map(({ container }) => container)
}

/** Restarts are not undone by being ready again. */
function overBudget(
  troubles: readonly Trouble[],
): Pick<WorkloadState, 'phase' | 'message'> | undefined {
  const found = troubles.find(({ reason }) => reason === tooManyRestarts)
  if (found === undefined) return undefined
  const { container = '', message } = found
  return { phase: 'failed', message: `container "${container}": ${message}` }
}

function judged(truth: Truth): Pick<WorkloadState, 'phase' | 'message'> {
  const status = statusIn(truth)
  if (status.state === 'failed') return { phase: 'failed', message: status.message }
  if (status.state === 'in-progress') return { phase: 'progressing', message: status.message }
  const doubt = runsPods(truth.live) ? doubtAbout(truth) : undefined
  return doubt === undefined
    ? { phase: 'ready', message: keptNote(truth) ?? status.message }
    : { phase: 'progressing', message: doubt }
}

/** Some objects are done only once others are. */
function statusIn({ live, overview: { observation } }: Truth): ObjectStatus {
  if (groupOf(live.apiVersion) !== '') return statusOf(live)
  if (live.kind === 'Service') return serviceStatus(live, observation)
  if (live.kind === 'PersistentVolumeClaim') return claimStatus(live, observation.events)
  return statusOf(live)
}

/** Pods that the update strategy leaves as they are: they run what they ran before. */
function keptNote({ live, pods }: Truth): string | undefined {
  const kept = pods.all.filter((pod) => isActive(pod) && !pods.latest.includes(pod)).length
  if (kept === 0) return undefined
  const { isOnDelete, partition } = updateStrategyOf(live)
  const reason = isOnDelete
    ? 'until they are deleted: its update strategy is OnDelete'
    : `by its partition of ${partition}`
  return `${kept} of ${wantedPodsOf(live)} pods keep the old revision ${reason}`
}

/** A completed Job has no pods that have to run, and a CronJob has none yet. */
function runsPods({ kind }: KubernetesObject): boolean {
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod'].includes(kind)
}

function wantedPodsOf(live: KubernetesObject): number {
  switch (live.kind) {
    case 'DaemonSet':
      return countOf(live, 'desiredNumberScheduled')
    case 'Pod':
      return 1
    case 'Deployment':
    case 'StatefulSet':
    case 'ReplicaSet':
      return replicasOf(live)
    default:
      return 0
  }
}

/** What speaks against the controller's word that all is well; nothing if all pods confirm it. */
function doubtAbout(truth: Truth): string | undefined {
  const { live, pods } = truth
  const active = pods.all.filter(isActive)
  const latest = pods.latest.filter(isActive)
  const old = active.length - latest.length
  const wanted = wantedPodsOf(live) - mayBeOld(live, old)
  if (old > mayBeOld(live, old)) return `${old} old pods are still there`
  if (latest.length !== wanted) return `${latest.length} of ${wanted} pods are there`
  const unready = latest.filter((pod) => !isReady(pod)).length
  if (unready > 0) return `${wanted - unready} of ${wanted} pods are ready`
  const confirmed = latest.filter((pod) => runsImage(pod, truth)).length
  if (confirmed < wanted) return `${confirmed} of ${wanted} pods are seen to run the digest`
  if (latest.some((pod) => isUnsettled(pod, truth.overview.observation.serverTime)))
    return 'has only just started'
  return notLongEnough(latest, truth)
}

function notLongEnough(pods: readonly Pod[], truth: Truth): string | undefined {
  const { minReadySeconds = 0 } = truth.demands
  if (minReadySeconds === 0) return undefined
  const seconds = Math.min(
    ...pods.map((pod) => secondsReady(pod, truth.overview.observation.serverTime)),
  )
  if (seconds >= minReadySeconds) return undefined
  return `has been ready for ${Math.floor(seconds)} of ${minReadySeconds} s`
}

/** How many of the old pods the update strategy leaves as they are. */
function mayBeOld(live: KubernetesObject, old: number): number {
  const { isOnDelete, partition } = updateStrategyOf(live)
  return isOnDelete ? old : Math.min(old, partition)
}

function runsImage(pod: Pod, { containers, demands: { image } }: Truth): boolean {
  const statuses = containerStatusesOf(pod)
  return containers.every((name) => {
    const status = statuses.find((candidate) => candidate.name === name)
    const digest = status === undefined ? undefined : observedDigest(status)
    return digest !== undefined && image?.digests.includes(digest) === true
  })
}

function isUnsettled(pod: Pod, serverTime: Date): boolean {
  const unprobed = pod.spec.containers
    .filter(({ readinessProbe }) => readinessProbe === undefined)
    .map(({ name }) => name)
  return pod.status.containerStatuses.some(({ name, state }) => {
    const startedAt = state.running?.startedAt
    if (!unprobed.includes(name) || startedAt === undefined || startedAt === null) return false
    return serverTime.getTime() - new Date(startedAt).getTime() < secondsToSettle * 1000
  })
}

function digestsOf({ pods, containers }: Truth): readonly string[] {
  const digests = pods.all
    .filter((pod) => isActive(pod) || pod.status.phase === 'Succeeded')
    .flatMap(containerStatusesOf)
    .filter(({ name }) => containers.includes(name))
    .flatMap((status) => observedDigest(status) ?? [])
  return [...new Set(digests)].sort()
}

function troublesFor(truth: Truth, events: readonly ClusterEvent[]): readonly Trouble[] {
  const { live, pods, demands } = truth
  if (!isSeen(live)) return []
  const { image, maxRestarts } = demands
  const options = { isRetriedByOwner: live.kind === 'Job', maxRestarts }
  const latest = pods.latest.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  return [
    ...latest.flatMap((pod) => troublesOf(pod, options)),
    ...nodeTroublesFor(truth),
    ...(image === undefined ? [] : latest.flatMap((pod) => wrongDigests(pod, image))),
    ...troublesOfEvents(events.filter((event) => isStillSo(event, truth))),
  ]
}

/** A pod that does not go is only in the way where another one waits for its name or its end. */
function nodeTroublesFor({ live, pods, overview }: Truth): readonly Trouble[] {
  // A Job has its own count of retries.
  if (live.kind === 'Job') return []
  const strategy = fieldOf(live, 'spec', 'strategy', 'type')
  const waitsForEnds = live.kind === 'StatefulSet' || strategy === 'Recreate'
  return pods.all
    .filter((pod) => (isActive(pod) ? pods.latest.includes(pod) : true))
    .filter(({ metadata }) => waitsForEnds || metadata.deletionTimestamp === undefined)
    .flatMap((pod) => nodeTroubles(pod, overview.observation.serverTime))
}

/** Pods that find no node, although nothing makes room for them: no pod ends, no node is added. */
function homeless({ live, pods, overview }: Truth): readonly Trouble[] {
  if (!isSeen(live) || overview.isPodEnding) return []
  return pods.latest
    .filter(({ metadata }) => !overview.scaledUpFor.has(metadata.uid))
    .flatMap(unschedulable)
}

/** An event tells of the past: the pods tell whether it is over. */
function isStillSo({ objectKind, objectUid, reason }: ClusterEvent, truth: Truth): boolean {
  const { live, pods } = truth
  if (!isWorkload(live)) return statusIn(truth).state === 'in-progress'
  if (objectKind !== 'Pod') return pods.latest.filter(isActive).length < wantedPodsOf(live)
  const pod = pods.latest.find(({ metadata }) => metadata.uid === objectUid)
  if (pod === undefined) return false
  // Of containers on a node that has gone quiet nothing new is heard: they seem to run.
  if (reason === nodeNotReady) return isActive(pod) && !isReady(pod)
  return containerStatusesOf(pod).every(({ state }) => state.waiting !== undefined)
}
