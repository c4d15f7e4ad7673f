import { fieldOf, isJsonObject } from '../json.ts'
import { withMetadata } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'

/** What one run at a time may deploy: a release of a namespace. */
export interface LockedRelease {
  readonly namespace: string
  readonly release: string
}

/** For how long a lock is held without being renewed; what Kubernetes' own leaders take. */
export const leaseSeconds = 20

/** The Lease that is the lock of a release. */
export function leaseReference({ namespace, release }: LockedRelease): ObjectReference {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    name: `oke-pipeline.${release}`,
    namespace,
  }
}

/** Who holds a Lease; undefined where nobody does. */
export function holderOf(lease: KubernetesObject | undefined): string | undefined {
  const holder = fieldOf(lease, 'spec', 'holderIdentity')
  return typeof holder === 'string' && holder !== '' ? holder : undefined
}

/** Since when it is held, as its holder wrote it down. */
export function heldSince(lease: KubernetesObject): string | undefined {
  const time = fieldOf(lease, 'spec', 'acquireTime')
  return typeof time === 'string' ? time : undefined
}

/** How long its holder may go without renewing it. */
export function durationOf(lease: KubernetesObject): number {
  const seconds = fieldOf(lease, 'spec', 'leaseDurationSeconds')
  return typeof seconds === 'number' && seconds > 0 ? seconds : leaseSeconds
}

/** A Lease as somebody takes it over, or makes it. */
export function takenLease(
  locked: LockedRelease,
  before: KubernetesObject | undefined,
  { holder, now }: { readonly holder: string; readonly now: Date },
): KubernetesObject {
  const time = microTime(now)
  const { apiVersion, kind, name, namespace } = leaseReference(locked)
  const transitions = fieldOf(before, 'spec', 'leaseTransitions')
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: {
        'app.kubernetes.io/managed-by': 'oke-pipeline',
        'oke-pipeline.dev/release': locked.release,
      },
      ...versionOf(before),
    },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: leaseSeconds,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: (typeof transitions === 'number' ? transitions : -1) + 1,
    },
  }
}

/** The same Lease, renewed. */
export function renewedLease(lease: KubernetesObject, now: Date): KubernetesObject {
  return withSpec(lease, { renewTime: microTime(now) })
}

/** The same Lease, held by nobody. */
export function freedLease(lease: KubernetesObject): KubernetesObject {
  return withSpec(lease, { holderIdentity: undefined, acquireTime: undefined })
}

function withSpec(
  lease: KubernetesObject,
  spec: Readonly<Record<string, string | undefined>>,
): KubernetesObject {
  const { spec: before } = lease
  return {
    ...withMetadata(lease, { managedFields: undefined }),
    spec: { ...(isJsonObject(before) ? before : {}), ...spec },
  }
}

function versionOf(lease: KubernetesObject | undefined): { readonly resourceVersion?: string } {
  const version = lease?.metadata.resourceVersion
  return version === undefined ? {} : { resourceVersion: version }
}

/** The API's MicroTime has six digits after the second. */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z')
}
