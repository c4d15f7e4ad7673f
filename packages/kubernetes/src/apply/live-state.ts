import { canonicalJson } from '../json.ts'
import type { Json } from '../json.ts'
import { withMetadata } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/** An object without what the server keeps in it for itself, so that it can be applied again. */
export function withoutServerFields(object: KubernetesObject): KubernetesObject {
  return {
    ...withMetadata(object, {
      annotations: withoutServerAnnotations(object.metadata.annotations),
      managedFields: undefined,
      resourceVersion: undefined,
      generation: undefined,
      creationTimestamp: undefined,
      deletionTimestamp: undefined,
      uid: undefined,
      selfLink: undefined,
    }),
    status: undefined,
  }
}

/** Controllers count in these; applied again, they would fight over them. */
const serverAnnotations = [
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
]

function withoutServerAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
): Json | undefined {
  if (annotations === undefined) return undefined
  return Object.fromEntries(
    Object.entries(annotations).filter(([name]) => !serverAnnotations.includes(name)),
  )
}

/** Whether two states of an object differ in more than what the server keeps for itself. */
export function isSameState(one: KubernetesObject, other: KubernetesObject): boolean {
  return canonicalJson(withoutServerFields(one)) === canonicalJson(withoutServerFields(other))
}
