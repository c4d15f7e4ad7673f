import { fieldOf, objectsOf } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { Pod } from './pod.ts'

/** Pods of one workload, told apart by whether they are of its latest revision. */
export interface OwnedPods {
  readonly all: readonly Pod[]
  readonly latest: readonly Pod[]
  /** Of the objects that make the latest pods: where their events are found. */
  readonly makers: readonly string[]
}

/** The pods that belong to a workload by owner references, not by labels, which may overlap. */
export function podsOf(
  workload: KubernetesObject,
  pods: readonly Pod[],
  replicaSets: readonly KubernetesObject[],
): OwnedPods {
  const uid = workload.metadata.uid ?? ''
  if (workload.kind === 'Pod') {
    const self = pods.filter((pod) => pod.metadata.uid === uid)
    return { all: self, latest: self, makers: [] }
  }
  if (workload.kind !== 'Deployment') {
    const all = pods.filter((pod) => isOwnedBy(pod, [uid]))
    return { all, latest: all.filter((pod) => isLatest(workload, pod)), makers: [uid] }
  }
  const owned = replicaSets.filter((set) => ownersOf(set).includes(uid))
  const latestSets = owned.filter((set) => revisionOf(set) === revisionOf(workload)).map(uidOf)
  return {
    all: pods.filter((pod) => isOwnedBy(pod, owned.map(uidOf))),
    latest: pods.filter((pod) => isOwnedBy(pod, latestSets)),
    makers: latestSets,
  }
}

function isOwnedBy(pod: Pod, uids: readonly string[]): boolean {
  return pod.metadata.ownerReferences.some((owner) => uids.includes(owner.uid))
}

function ownersOf(object: KubernetesObject): readonly unknown[] {
  return objectsOf(fieldOf(object, 'metadata', 'ownerReferences')).map((owner) => owner.uid)
}

function uidOf(object: KubernetesObject): string {
  return object.metadata.uid ?? ''
}

function revisionOf(object: KubernetesObject): string | undefined {
  return object.metadata.annotations?.['deployment.kubernetes.io/revision']
}

function isLatest(workload: KubernetesObject, pod: Pod): boolean {
  const { labels } = pod.metadata
  switch (workload.kind) {
    case 'StatefulSet':
      return labels['controller-revision-hash'] === fieldOf(workload, 'status', 'updateRevision')
    case 'DaemonSet':
      return (
        labels['pod-template-generation'] ===
        workload.metadata.annotations?.['deprecated.daemonset.template.generation']
      )
    default:
      return true
  }
}
