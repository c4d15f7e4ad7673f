import { fieldOf, objectsOf } from '../json.ts'
import type { Json } from '../json.ts'
import type { KubernetesObject } from '../object.ts'

/** How far the controllers have brought an object. */
export interface ObjectStatus {
  readonly state: 'current' | 'in-progress' | 'failed'
  readonly message: string
}

/** What every object that is done says. */
export const current: ObjectStatus = { state: 'current', message: 'is up to date' }

/** Not yet, and what is missing. */
export function inProgress(message: string): ObjectStatus {
  return { state: 'in-progress', message }
}

/** Never, and why. */
export function failed(message: string): ObjectStatus {
  return { state: 'failed', message }
}

/** One condition of an object's status. */
export interface Condition {
  readonly status: string
  readonly reason: string
  readonly message: string
  /** The generation that it is about, where it says so. */
  readonly observedGeneration: number | undefined
}

/** A condition of the object's status. */
export function conditionOf(object: KubernetesObject, type: string): Condition | undefined {
  return conditionIn(fieldOf(object, 'status', 'conditions'), type)
}

/** A condition of a list of them. */
export function conditionIn(conditions: Json | undefined, type: string): Condition | undefined {
  const found = objectsOf(conditions).find((condition) => condition.type === type)
  if (found === undefined) return undefined
  const { status, reason, message, observedGeneration } = found
  const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
  return {
    status: text(status),
    reason: text(reason),
    message: text(message),
    observedGeneration: typeof observedGeneration === 'number' ? observedGeneration : undefined,
  }
}
