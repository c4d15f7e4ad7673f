import * as v from 'valibot'
import type { JsonObject } from '../json.ts'

const terminatedSchema = v.object({
  exitCode: v.number(),
  reason: v.optional(v.string()),
  message: v.optional(v.string()),
})

const containerStateSchema = v.object({
  waiting: v.optional(
    v.object({ reason: v.optional(v.string(), ''), message: v.optional(v.string(), '') }),
  ),
  running: v.optional(v.object({ startedAt: v.nullish(v.string()) })),
  terminated: v.optional(terminatedSchema),
})

const containerStatusSchema = v.object({
  name: v.string(),
  imageID: v.optional(v.string(), ''),
  ready: v.optional(v.boolean(), false),
  restartCount: v.optional(v.number(), 0),
  state: v.optional(containerStateSchema, {}),
  lastState: v.optional(containerStateSchema, {}),
})

const containerSchema = v.looseObject({
  name: v.string(),
  image: v.optional(v.string(), ''),
  readinessProbe: v.optional(v.looseObject({})),
})

const conditionSchema = v.object({
  type: v.string(),
  status: v.string(),
  reason: v.optional(v.string(), ''),
  message: v.optional(v.string(), ''),
  lastTransitionTime: v.nullish(v.string()),
})

const podSchema = v.object({
  metadata: v.object({
    name: v.string(),
    uid: v.string(),
    creationTimestamp: v.optional(v.string()),
    labels: v.optional(v.record(v.string(), v.string()), {}),
    ownerReferences: v.optional(v.array(v.object({ uid: v.string() })), []),
    deletionTimestamp: v.optional(v.string()),
    finalizers: v.optional(v.array(v.string()), []),
  }),
  // With all that it refers to: a diagnosis asks which Secrets a pod was given.
  spec: v.looseObject({
    nodeName: v.optional(v.string(), ''),
    containers: v.array(containerSchema),
    initContainers: v.optional(v.array(containerSchema), []),
  }),
  status: v.optional(
    v.object({
      phase: v.optional(v.string(), ''),
      /** Set while lesser pods are driven from that node, wherever they belong. */
      nominatedNodeName: v.optional(v.string(), ''),
      reason: v.optional(v.string(), ''),
      message: v.optional(v.string(), ''),
      conditions: v.optional(v.array(conditionSchema), []),
      containerStatuses: v.optional(v.array(containerStatusSchema), []),
      initContainerStatuses: v.optional(v.array(containerStatusSchema), []),
    }),
    {},
  ),
})

/** What this package looks at of a pod. */
export type Pod = v.InferOutput<typeof podSchema>

/** The state of one container of a pod. */
export type ContainerStatus = v.InferOutput<typeof containerStatusSchema>

/** Reads a pod as the API server gives it. */
export function parsePod(object: JsonObject): Pod {
  return v.parse(podSchema, object)
}

/** The state of all containers, init containers first. */
export function containerStatusesOf({ status }: Pod): readonly ContainerStatus[] {
  return [...status.initContainerStatuses, ...status.containerStatuses]
}

/** Whether a pod counts: those that end, have ended or were evicted are on their way out. */
export function isActive({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && !['Succeeded', 'Failed'].includes(status.phase)
}

/** Whether the kubelet found a pod ready. */
export function isReady(pod: Pod): boolean {
  return readyCondition(pod) !== undefined
}

/** For how many seconds, for certain, a pod has been ready without a break; 0 where it is not. */
export function secondsReady(pod: Pod, serverTime: Date): number {
  const since = readyCondition(pod)?.lastTransitionTime
  if (since === undefined || since === null) return 0
  // The kubelet leaves out the fraction of the second in which a pod became ready.
  return Math.max(0, (serverTime.getTime() - new Date(since).getTime()) / 1000 - 1)
}

function readyCondition({ status }: Pod): Pod['status']['conditions'][number] | undefined {
  return status.conditions.find((found) => found.type === 'Ready' && found.status === 'True')
}

/** The digest that a container runs, by what the container runtime reports; absent until it does. */
export function observedDigest({ imageID }: ContainerStatus): string | undefined {
  return /sha256:[0-9a-f]{64}$/.exec(imageID)?.[0]
}
