import type { PreviewedObject } from '../../src/apply/preview.ts'
import type { KubernetesObject } from '../../src/object.ts'
import type { ReleasePlan } from '../../src/release/plan-release.ts'

/** An object of a plan: how it is, how it is wanted, and what the server would make of it. */
export function previewed(
  change: PreviewedObject['change'],
  wanted: KubernetesObject,
  live?: KubernetesObject,
): PreviewedObject {
  return {
    manifest: { object: wanted, place: { file: 'k8s/app.yml', line: 1 } },
    change,
    live,
    outcome: change === 'replaced' ? undefined : wanted,
    conflicts: [],
    formerManagers: [],
  }
}

/** A ConfigMap with one value. */
export function configMap(colour: string, name = 'settings'): KubernetesObject {
  const metadata = { name, namespace: 'dev' }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { colour } }
}

/** A Secret with these values. */
export function secretWith(
  data: Readonly<Record<string, string>>,
  resourceVersion?: string,
): KubernetesObject {
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  )
  const metadata = {
    name: 'login',
    namespace: 'dev',
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
  return { apiVersion: 'v1', kind: 'Secret', metadata, data: encoded }
}

/** What planning came to, with these objects. */
export function samplePlan(
  objects: readonly PreviewedObject[],
  changes: Partial<ReleasePlan> = {},
): ReleasePlan {
  return {
    release: {
      address: { namespace: 'dev', release: 'hello' },
      manifests: objects.map(({ manifest }) => manifest),
      image: { repository: 'r/hello', digest: `sha256:${'a'.repeat(64)}`, observable: [] },
      source: {},
      timeoutSeconds: 60,
      onFailure: { reaction: 'rollback', first: 'remove' },
      endurance: {},
      mayBeOlder: false,
      policy: { isForced: true },
    },
    history: [],
    current: undefined,
    objects,
    warnings: [],
    hooks: [],
    leftovers: [],
    revision: 1,
    before: [],
    isUnchanged: false,
    ...changes,
  }
}
