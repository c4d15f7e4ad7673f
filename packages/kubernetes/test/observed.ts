import type { JsonObject } from '../src/json.ts'
import type { KubernetesObject } from '../src/object.ts'
import type { Observation } from '../src/readiness/observation.ts'
import { overviewOf } from '../src/readiness/overview.ts'
import { parsePod } from '../src/readiness/pod.ts'
import { workloadState } from '../src/readiness/workload-state.ts'
import type { Demands, WantedImage, WorkloadState } from '../src/readiness/workload-state.ts'

/** The image of the tests. */
export const wantedDigest = `sha256:${'a'.repeat(64)}`
export const otherDigest = `sha256:${'b'.repeat(64)}`
export const wantedImage: WantedImage = {
  image: `registry/hello@${wantedDigest}`,
  digests: [wantedDigest],
}

/** When the observation is made. */
export const serverTime = new Date('2026-01-01T12:00:00Z')

const template = { spec: { containers: [{ name: 'web', image: wantedImage.image }] } }

/** A Deployment of one pod that its controller calls complete. */
export const deployment: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'hello',
    uid: 'deployment',
    generation: 2,
    annotations: { 'deployment.kubernetes.io/revision': '2' },
  },
  spec: { replicas: 1, template },
  status: {
    observedGeneration: 2,
    replicas: 1,
    updatedReplicas: 1,
    readyReplicas: 1,
    availableReplicas: 1,
    conditions: [{ type: 'Available', status: 'True' }],
  },
}

function replicaSet(uid: string, revision: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: uid,
      uid,
      annotations: { 'deployment.kubernetes.io/revision': revision },
      ownerReferences: [{ uid: 'deployment' }],
    },
  }
}

/** What differs between the pods of the tests. */
export interface PodChange {
  readonly owner?: string
  readonly isReady?: boolean
  readonly isDeleted?: boolean
  readonly phase?: string
  readonly imageID?: string
  readonly hasProbe?: boolean
  readonly secondsRunning?: number
  readonly secondsReady?: number
  readonly container?: JsonObject
}

/** A pod of the new ReplicaSet that runs the wanted image and is ready. */
export function pod(change: PodChange = {}): JsonObject {
  const { owner = 'new', isReady = true, hasProbe = true, secondsRunning = 60 } = change
  const startedAt = new Date(serverTime.getTime() - secondsRunning * 1000).toISOString()
  const { secondsReady = secondsRunning } = change
  const readySince = new Date(serverTime.getTime() - secondsReady * 1000).toISOString()
  return {
    metadata: {
      name: 'hello-1',
      uid: 'pod-1',
      ownerReferences: [{ uid: owner }],
      ...(change.isDeleted === true ? { deletionTimestamp: startedAt } : {}),
    },
    spec: {
      containers: [
        { name: 'web', image: wantedImage.image, ...(hasProbe ? { readinessProbe: {} } : {}) },
      ],
    },
    status: {
      phase: change.phase ?? 'Running',
      conditions: [
        { type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: readySince },
      ],
      containerStatuses: [
        {
          name: 'web',
          ready: isReady,
          restartCount: 0,
          imageID: change.imageID ?? wantedImage.image,
          state: { running: { startedAt } },
          ...change.container,
        },
      ],
    },
  }
}

/** The state of the Deployment, or of what is given instead, with these pods. */
export function stateWith(
  pods: readonly JsonObject[],
  change: Partial<Observation> & { readonly live?: KubernetesObject | undefined } = {},
  demands: Demands = {},
): WorkloadState {
  const live = 'live' in change ? change.live : deployment
  const observation: Observation = {
    workloads: [],
    pods: pods.map(parsePod),
    replicaSets: [replicaSet('old', '1'), replicaSet('new', '2')],
    endpointSlices: undefined,
    events: [],
    serverTime,
    ...change,
  }
  return workloadState({ wanted: deployment, live }, overviewOf(observation), {
    image: wantedImage,
    ...demands,
  })
}
