import type { Finding } from '../finding.ts'
import type { JudgedImage } from '../gate/judge-context.ts'
import { packageUrlReader, parsePackageUrl } from '../package-url.ts'
import type { PackageName } from '../package-url.ts'
import { waiverTest } from './fits-waiver.ts'
import type { WaiverTest } from './fits-waiver.ts'
import type { Waiver } from './waiver.ts'

interface Entry {
  readonly waiver: Waiver
  readonly covers: WaiverTest
  /** The position in the order of waivers. */
  readonly rank: number
}

/** The entries for one identifier, by what they say of the package. */
interface Bucket {
  readonly byName: Map<string, Entry[]>
  readonly byBase: Map<string, Entry[]>
  readonly byPattern: { readonly pattern: RegExp; readonly entry: Entry }[]
  readonly others: Entry[]
  /** What `byPattern` has for a name, once looked up. */
  readonly matched: Map<string, readonly Entry[]>
}

/** Waivers by identifier and package, so that a finding meets only the few that could be for it. */
export interface WaiverIndex {
  /** The waivers that cover a finding, in the order in which the index got them. */
  covering(finding: Finding): readonly Waiver[]
}

const anyId = ''
const none: readonly Waiver[] = []

/** Makes an index; the cost is that of the waivers, and a look into it does not depend on them. */
export function waiverIndex(waivers: readonly Waiver[], image: JudgedImage): WaiverIndex {
  const read = packageUrlReader()
  const byId = new Map<string, Bucket>()
  const byExactId = new Map<string, Bucket>()
  for (const [rank, waiver] of waivers.entries()) {
    const entry = { waiver, covers: waiverTest(waiver, image, read), rank }
    const ids = waiver.ids.length === 0 ? [anyId] : waiver.ids
    for (const id of new Set(ids.map(normalId))) {
      addTo(bucketOf(waiver.matchesAliases ? byId : byExactId, id), entry)
    }
  }
  const lookUp = bucketReader(byId)
  const lookUpExactly = bucketReader(byExactId)
  const general = [byId.get(anyId), byExactId.get(anyId)].filter((bucket) => bucket !== undefined)
  return {
    covering(finding) {
      const { id, aliases } = finding
      const [own, exact] = [lookUp(id), lookUpExactly(id)]
      // Most findings are in no waiver: for them nothing is to be made that must be cleared away.
      const isUnnamed = own === undefined && exact === undefined && aliases.length === 0
      if (isUnnamed && general.length === 0) return none
      const buckets = [...general, own, exact, ...aliases.map(lookUp)]
      const entries = buckets.flatMap((bucket) =>
        bucket === undefined ? [] : candidates(bucket, finding, read),
      )
      return inOrder(entries.filter(({ covers }) => covers(finding)))
    },
  }
}

function normalId(id: string): string {
  return id.toUpperCase()
}

/** Finds buckets by identifiers in any case, each way of writing them but once. */
function bucketReader(buckets: ReadonlyMap<string, Bucket>): (id: string) => Bucket | undefined {
  if (buckets.size === 0) return () => undefined
  const known = new Map<string, Bucket | undefined>()
  return (id) => {
    const bucket = known.get(id)
    if (bucket !== undefined || known.has(id)) return bucket
    const found = buckets.get(normalId(id))
    known.set(id, found)
    return found
  }
}

/** A waiver that names the finding twice, by its identifier and by an alias, covers it once. */
function inOrder(entries: readonly Entry[]): readonly Waiver[] {
  if (entries.length <= 1) return entries.map(({ waiver }) => waiver)
  const sorted = entries.toSorted((one, other) => one.rank - other.rank)
  return [...new Set(sorted.map(({ waiver }) => waiver))]
}

function bucketOf(buckets: Map<string, Bucket>, id: string): Bucket {
  const known = buckets.get(id)
  if (known !== undefined) return known
  const bucket: Bucket = {
    byName: new Map(),
    byBase: new Map(),
    byPattern: [],
    others: [],
    matched: new Map(),
  }
  buckets.set(id, bucket)
  return bucket
}

function addTo(bucket: Bucket, entry: Entry): void {
  const { name, namePattern, purls = [] } = entry.waiver.package ?? {}
  if (name !== undefined) listIn(bucket.byName, name).push(entry)
  else if (purls.length > 0) addByBase(bucket, entry, purls)
  else if (namePattern !== undefined) bucket.byPattern.push({ pattern: namePattern, entry })
  else bucket.others.push(entry)
}

function addByBase({ byBase }: Bucket, entry: Entry, purls: readonly string[]): void {
  const bases = purls.flatMap((purl) => parsePackageUrl(purl)?.base ?? [])
  for (const base of new Set(bases)) listIn(byBase, base).push(entry)
}

function listIn(lists: Map<string, Entry[]>, key: string): Entry[] {
  const known = lists.get(key) ?? []
  lists.set(key, known)
  return known
}

function candidates(
  bucket: Bucket,
  { package: found }: Finding,
  read: (purl: string) => PackageName | undefined,
): readonly Entry[] {
  const { byName, byBase, byPattern, others } = bucket
  if (found === undefined || byName.size + byBase.size + byPattern.length === 0) return others
  const base = byBase.size === 0 || found.purl === undefined ? undefined : read(found.purl)?.base
  return [
    ...others,
    ...(byName.get(found.name) ?? []),
    ...(base === undefined ? [] : (byBase.get(base) ?? [])),
    ...matchedByPattern(bucket, found.name),
  ]
}

function matchedByPattern({ byPattern, matched }: Bucket, name: string): readonly Entry[] {
  if (byPattern.length === 0) return []
  const known = matched.get(name)
  if (known !== undefined) return known
  const entries = byPattern.filter(({ pattern }) => pattern.test(name)).map(({ entry }) => entry)
  matched.set(name, entries)
  return entries
}
