import { fieldOf, objectsOf } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { Observation } from './observation.ts'
import type { Pod } from './pod.ts'

/** Pods of one workload, told apart by whether they are of its latest revision. */
export interface OwnedPods {
  readonly all: readonly Pod[]
  readonly latest: readonly Pod[]
  /** Of the objects that make the latest pods: where their events are found. */
  readonly makers: readonly string[]
}

/** Which pods belong to which workload, by owner references, not by labels, which may overlap. */
export class Ownership {
  readonly #podsOfOwner: ReadonlyMap<string, readonly Pod[]>
  readonly #setsOfOwner: ReadonlyMap<string, readonly KubernetesObject[]>
  readonly #pods: ReadonlyMap<string, Pod>

  constructor({ pods, replicaSets }: Pick<Observation, 'pods' | 'replicaSets'>) {
    this.#podsOfOwner = byOwner(pods, ({ metadata }) =>
      metadata.ownerReferences.map(({ uid }) => uid),
    )
    this.#setsOfOwner = byOwner(replicaSets, ownersOf)
    this.#pods = new Map(pods.map((pod) => [pod.metadata.uid, pod]))
  }

  podsOf(workload: KubernetesObject): OwnedPods {
    const uid = uidOf(workload)
    if (workload.kind === 'Pod') {
      const self = this.#pods.get(uid)
      const pods = self === undefined ? [] : [self]
      return { all: pods, latest: pods, makers: [] }
    }
    if (workload.kind !== 'Deployment') {
      const all = this.#podsOfOwner.get(uid) ?? []
      return { all, latest: all.filter((pod) => isLatest(workload, pod)), makers: [uid] }
    }
    const owned = this.#setsOfOwner.get(uid) ?? []
    const latest = owned.filter((set) => revisionOf(set) === revisionOf(workload))
    const makers = latest.map(uidOf)
    return { all: this.#podsIn(owned.map(uidOf)), latest: this.#podsIn(makers), makers }
  }

  #podsIn(replicaSets: readonly string[]): readonly Pod[] {
    return replicaSets.flatMap((uid) => this.#podsOfOwner.get(uid) ?? [])
  }
}

function byOwner<T>(
  items: readonly T[],
  ownersOfItem: (item: T) => readonly string[],
): ReadonlyMap<string, readonly T[]> {
  const owned = new Map<string, T[]>()
  for (const item of items) {
    for (const owner of ownersOfItem(item)) {
      const others = owned.get(owner)
      if (others === undefined) owned.set(owner, [item])
      else others.push(item)
    }
  }
  return owned
}

function ownersOf(object: KubernetesObject): readonly string[] {
  return objectsOf(fieldOf(object, 'metadata', 'ownerReferences')).flatMap(({ uid }) =>
    typeof uid === 'string' ? uid : [],
  )
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
