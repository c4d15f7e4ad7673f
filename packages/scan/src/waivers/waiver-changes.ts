import type { Waiver, WaiversFile } from './waiver.ts'

/** A waiver that says something else than before. */
export interface ChangedWaiver {
  readonly before: Waiver
  readonly after: Waiver
  /** What is different: `expires`, `scope`… */
  readonly fields: readonly WaiverField[]
}

/** What a waiver can change in without being another one. */
const comparedFields = [
  'reason',
  'owner',
  'expires',
  'scope',
  'fixState',
  'matchesAliases',
] as const

/** One of the fields that are compared. */
export type WaiverField = (typeof comparedFields)[number]

/** What a change does to a file of waivers, in the order of the lines. */
export interface WaiverChanges {
  readonly added: readonly Waiver[]
  readonly changed: readonly ChangedWaiver[]
  readonly removed: readonly Waiver[]
}

/**
 * Compares a file of waivers with what it was; undefined where it did not exist. The same waiver
 * is one for the same identifiers in the same package; moving it in the file is no change.
 */
export function waiverChanges(
  before: WaiversFile | undefined,
  after: WaiversFile | undefined,
): WaiverChanges {
  const old = byKey(before?.waivers ?? [])
  const added: Waiver[] = []
  const changed: ChangedWaiver[] = []
  for (const waiver of after?.waivers ?? []) {
    const same = takeFrom(old, waiver)
    if (same === undefined) {
      added.push(waiver)
      continue
    }
    const fields = comparedFields.filter((field) => shown(same[field]) !== shown(waiver[field]))
    if (fields.length > 0) changed.push({ before: same, after: waiver, fields })
  }
  return { added, changed, removed: [...old.values()].flat() }
}

function byKey(waivers: readonly Waiver[]): Map<string, Waiver[]> {
  const lists = new Map<string, Waiver[]>()
  for (const waiver of waivers) {
    const key = keyOf(waiver)
    lists.set(key, [...(lists.get(key) ?? []), waiver])
  }
  return lists
}

/** Of several with the same key, the one that says the same comes first. */
function takeFrom(waivers: Map<string, Waiver[]>, wanted: Waiver): Waiver | undefined {
  const candidates = waivers.get(keyOf(wanted)) ?? []
  const equal = candidates.findIndex((waiver) =>
    comparedFields.every((field) => shown(waiver[field]) === shown(wanted[field])),
  )
  return candidates.splice(Math.max(equal, 0), 1)[0]
}

function keyOf({ ids, kinds, package: wanted }: Waiver): string {
  const names = ids.map((id) => id.toUpperCase()).toSorted()
  return shown([names, kinds, { ...wanted, namePattern: wanted?.namePattern?.source }])
}

function shown(value: unknown): string {
  return JSON.stringify([value])
}
