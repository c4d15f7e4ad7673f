import { canonicalJson } from '../json.ts'
import type { Json } from '../json.ts'
import { identityOf, nameOf } from '../object.ts'
import type { ObjectReference } from '../object.ts'
import type { Plan, PlannedObject } from './plan-document.ts'

/** In what the plan of now is another than the one that was approved, in sentences. */
export function planDrift(approved: Plan, now: Plan): readonly string[] {
  return [
    ...aimDrift(approved, now),
    ...driftOf(approved.objects, now.objects, objectDrift),
    ...driftOf(approved.deleted, now.deleted, () => []).map((text) => `${text}, to be deleted`),
    ...driftOf(approved.hooks, now.hooks, (before, after) =>
      before.hash === after.hash ? [] : [`${nameOf(after)} is not the one of the plan`],
    ).map((text) => `${text}, a hook`),
  ]
}

function aimDrift(approved: Plan, now: Plan): readonly string[] {
  return [
    differs('The release', approved.release, now.release),
    differs('The namespace', approved.namespace, now.namespace),
    differs('The image', imageOf(approved), imageOf(now)),
    differs('The pull secret', pullSecretOf(approved), pullSecretOf(now)),
    differs('The release in force', baseOf(approved), baseOf(now)),
  ].flat()
}

function imageOf({ image }: Plan): string {
  return `${image.repository}@${image.digest}`
}

function pullSecretOf({ pullSecret }: Plan): string {
  return pullSecret === undefined ? 'none' : `"${pullSecret.name}" for ${pullSecret.registry}`
}

function baseOf({ base }: Plan): string {
  return base === undefined ? 'none' : `revision ${base.revision} (${base.digest})`
}

function differs(what: string, before: string, after: string): readonly string[] {
  return before === after ? [] : [`${what} was ${before}, and is ${after}`]
}

function driftOf<T extends ObjectReference>(
  approved: readonly T[],
  now: readonly T[],
  compare: (before: T, after: T) => readonly string[],
): readonly string[] {
  const before = byIdentity(approved)
  const after = byIdentity(now)
  return [
    ...approved
      .filter((item) => !after.has(identityOf(item)))
      .map((item) => `${nameOf(item)} is no longer in the plan`),
    ...now.flatMap((item) => {
      const old = before.get(identityOf(item))
      return old === undefined ? [`${nameOf(item)} is new in the plan`] : compare(old, item)
    }),
  ]
}

function byIdentity<T extends ObjectReference>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [identityOf(item), item]))
}

function objectDrift(before: PlannedObject, after: PlannedObject): readonly string[] {
  const name = nameOf(after)
  if (before.change !== after.change) {
    return [`${name} was to be ${before.change}, and is to be ${after.change}`]
  }
  const paths = [...new Set([...before.fields, ...after.fields].map(({ path }) => path))]
  const fields = paths
    .filter((path) => fieldText(before, path) !== fieldText(after, path))
    .map((path) => `${name}: ${path === '' ? 'what is created' : path} is not as in the plan`)
  const others = [
    { what: 'who owns its fields', one: before.conflicts, other: after.conflicts },
    { what: 'who made it', one: before.takenOverFrom, other: after.takenOverFrom },
    { what: 'why it is made anew', one: before.immutableFields, other: after.immutableFields },
    { what: 'whether its kind is known', one: before.isUnchecked, other: after.isUnchecked },
    { what: 'its values', one: before.resourceVersion, other: after.resourceVersion },
  ].filter(({ one, other }) => text(one) !== text(other))
  return [...fields, ...others.map(({ what }) => `${name}: ${what} changed since the plan`)]
}

function fieldText({ fields }: PlannedObject, path: string): string {
  return text(fields.find((field) => field.path === path))
}

function text(value: unknown): string {
  return value === undefined ? '' : canonicalJson(JSON.parse(JSON.stringify(value)) as Json)
}
