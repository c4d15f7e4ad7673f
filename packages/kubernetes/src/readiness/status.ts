import { fieldOf } from '../json.ts'
import type { Json } from '../json.ts'
import { groupOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { isRoute } from './awaited.ts'
import {
  conditionsStatus,
  definitionStatus,
  gatewayStatus,
  routeStatus,
} from './condition-status.ts'
import { addressStatus } from './network-status.ts'
import { conditionOf, current, failed, inProgress } from './object-status.ts'
import type { ObjectStatus } from './object-status.ts'
import { updateStrategyOf } from './update-strategy.ts'

/**
 * The status of an object after the rules of kstatus
 * (https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus), with two differences: a
 * Job counts as current when it has completed, and an Ingress when it has an address.
 */
export function statusOf(object: KubernetesObject): ObjectStatus {
  const known = rules[`${groupOf(object.apiVersion)}/${object.kind}`]
  const rule = known ?? (isRoute(object) ? routeStatus : conditionsStatus)
  if (!isSeen(object)) return inProgress('its controller has not seen the change yet')
  return rule(object)
}

/** Whether the controller has seen the latest change: before, its pods are those of another one. */
export function isSeen(object: KubernetesObject): boolean {
  const observed = numberOf(fieldOf(object, 'status', 'observedGeneration'))
  return observed === undefined || observed >= (object.metadata.generation ?? 0)
}

const rules: Readonly<Record<string, (object: KubernetesObject) => ObjectStatus>> = {
  'apps/Deployment': deploymentStatus,
  'apps/StatefulSet': statefulSetStatus,
  'apps/DaemonSet': daemonSetStatus,
  'apps/ReplicaSet': replicaSetStatus,
  'batch/Job': jobStatus,
  '/Pod': podStatus,
  'networking.k8s.io/Ingress': addressStatus,
  'gateway.networking.k8s.io/Gateway': gatewayStatus,
  'apiextensions.k8s.io/CustomResourceDefinition': definitionStatus,
}

/** A number of the object's status; controllers leave out zeros. */
export function countOf(object: KubernetesObject, field: string): number {
  return numberOf(fieldOf(object, 'status', field)) ?? 0
}

/** The replicas that are wanted. */
export function replicasOf(object: KubernetesObject): number {
  return numberOf(fieldOf(object, 'spec', 'replicas')) ?? 1
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** One thing to be counted up to: `2 of 3 pods are updated`. */
function short(have: number, want: number, are: string): ObjectStatus | undefined {
  return have < want ? inProgress(`${have} of ${want} pods are ${are}`) : undefined
}

function extra(have: number, want: number): ObjectStatus | undefined {
  return have > want ? inProgress(`${have - want} old pods are still there`) : undefined
}

function isUnseen(object: KubernetesObject): boolean {
  return fieldOf(object, 'status', 'observedGeneration') === undefined
}

const unseen = inProgress('its controller has not seen it yet')

function deploymentStatus(object: KubernetesObject): ObjectStatus {
  if (isUnseen(object)) return unseen
  const progressing = conditionOf(object, 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return failed(`made no progress within its progressDeadlineSeconds: ${progressing.message}`)
  }
  const wanted = replicasOf(object)
  const updated = countOf(object, 'updatedReplicas')
  if (fieldOf(object, 'spec', 'paused') === true && updated < wanted) {
    return failed('is paused (spec.paused), so that no pod gets the new revision')
  }
  return (
    short(countOf(object, 'replicas'), wanted, 'created') ??
    short(updated, wanted, 'updated') ??
    extra(countOf(object, 'replicas'), wanted) ??
    short(countOf(object, 'availableReplicas'), updated, 'available') ??
    short(countOf(object, 'readyReplicas'), wanted, 'ready') ??
    availability(object)
  )
}

function availability(object: KubernetesObject): ObjectStatus {
  const available = conditionOf(object, 'Available')
  return available?.status === 'True' ? current : inProgress('is not available yet')
}

function statefulSetStatus(object: KubernetesObject): ObjectStatus {
  if (isUnseen(object)) return unseen
  const wanted = replicasOf(object)
  const { isOnDelete, partition } = updateStrategyOf(object)
  // Pods that were not deleted keep what they have, ready or not.
  if (isOnDelete) return short(countOf(object, 'replicas'), wanted, 'created') ?? current
  return (
    short(countOf(object, 'replicas'), wanted, 'created') ??
    short(countOf(object, 'readyReplicas'), wanted, 'ready') ??
    extra(countOf(object, 'replicas'), wanted) ??
    short(countOf(object, 'updatedReplicas'), Math.max(0, wanted - partition), 'updated') ??
    (partition === 0 ? oneRevision(object) : current)
  )
}

function oneRevision(object: KubernetesObject): ObjectStatus {
  const from = fieldOf(object, 'status', 'currentRevision')
  const to = fieldOf(object, 'status', 'updateRevision')
  return from === to ? current : inProgress('has pods of the old revision')
}

function daemonSetStatus(object: KubernetesObject): ObjectStatus {
  if (isUnseen(object)) return unseen
  const wanted = countOf(object, 'desiredNumberScheduled')
  return (
    short(countOf(object, 'currentNumberScheduled'), wanted, 'created') ??
    (updateStrategyOf(object).isOnDelete ? current : updatedDaemonStatus(object, wanted))
  )
}

function updatedDaemonStatus(object: KubernetesObject, wanted: number): ObjectStatus {
  return (
    short(countOf(object, 'updatedNumberScheduled'), wanted, 'updated') ??
    short(countOf(object, 'numberAvailable'), wanted, 'available') ??
    short(countOf(object, 'numberReady'), wanted, 'ready') ??
    current
  )
}

function replicaSetStatus(object: KubernetesObject): ObjectStatus {
  if (isUnseen(object)) return unseen
  const wanted = replicasOf(object)
  return (
    short(countOf(object, 'fullyLabeledReplicas'), wanted, 'created') ??
    short(countOf(object, 'availableReplicas'), wanted, 'available') ??
    short(countOf(object, 'readyReplicas'), wanted, 'ready') ??
    extra(countOf(object, 'replicas'), wanted) ??
    current
  )
}

function jobStatus(object: KubernetesObject): ObjectStatus {
  const failure = conditionOf(object, 'Failed')
  if (failure?.status === 'True') return failed(`failed: ${failure.message || failure.reason}`)
  if (conditionOf(object, 'Complete')?.status === 'True') return current
  if (fieldOf(object, 'spec', 'suspend') === true) return current
  return inProgress('has not completed yet')
}

function podStatus(object: KubernetesObject): ObjectStatus {
  const phase = fieldOf(object, 'status', 'phase')
  if (phase === 'Succeeded') return current
  if (phase === 'Failed') {
    const message = fieldOf(object, 'status', 'message')
    return failed(typeof message === 'string' ? `failed: ${message}` : 'failed')
  }
  return conditionOf(object, 'Ready')?.status === 'True' ? current : inProgress('is not ready yet')
}
