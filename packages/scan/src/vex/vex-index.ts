import type { Finding } from '../finding.ts'
import type { JudgedImage } from '../gate/judge-context.ts'
import type { AppliedVex } from '../gate/judgement.ts'
import { fitsPackageUrl, packageUrlReader, parsePackageUrl } from '../package-url.ts'
import type { PackageName } from '../package-url.ts'
import { fitOf } from './fits-image.ts'
import type { ImageFit } from './fits-image.ts'
import type { VexDocument, VexProduct, VexStatement, VexStatus } from './vex-document.ts'

interface Entry {
  readonly vex: AppliedVex
  /** The package that it is about; undefined for all of the image. */
  readonly component: PackageName | undefined
  readonly fit: ImageFit
}

interface Bucket {
  readonly ofImage: Entry[]
  readonly byBase: Map<string, Entry[]>
}

/** Statements by vulnerability and package. */
export interface VexIndex {
  /** The statement that holds for a vulnerability, if there is one. */
  applying(finding: Finding): AppliedVex | undefined
  /** How many statements and products of a document are neither about this image nor a package. */
  foreignProducts(document: VexDocument): number
}

/** Makes an index of the statements of documents that are believed. */
export function vexIndex(documents: readonly VexDocument[], image: JudgedImage): VexIndex {
  const buckets = new Map<string, Bucket>()
  const foreign = new Map<VexDocument, number>()
  for (const document of documents) {
    for (const statement of document.statements) {
      const entries = statement.products.flatMap((product) => {
        const made = entriesOf({ statement, document }, product, image)
        if (made.length === 0) count(foreign, document)
        return made
      })
      if (statement.products.length === 0) count(foreign, document)
      for (const id of statement.ids) addTo(buckets, id.toUpperCase(), entries)
    }
  }
  const read = packageUrlReader()
  return {
    applying: (finding) =>
      buckets.size === 0 ? undefined : latest(fitting(finding, { buckets, read, image })),
    foreignProducts: (document) => foreign.get(document) ?? 0,
  }
}

function count(counts: Map<VexDocument, number>, document: VexDocument): void {
  counts.set(document, (counts.get(document) ?? 0) + 1)
}

function entriesOf(vex: AppliedVex, product: VexProduct, image: JudgedImage): readonly Entry[] {
  const fit = fitOf(product, image)
  if (fit.kind === 'none')
    return product.components.length > 0 ? [] : packagesOf(vex, product, image)
  if (product.components.length === 0) return [{ vex, component: undefined, fit }]
  return componentsOf(vex, product.components, fit)
}

/** A product that is a package itself: the statement goes for it wherever it is. */
function packagesOf(vex: AppliedVex, { purls }: VexProduct, image: JudgedImage): readonly Entry[] {
  const packages = purls.filter((purl) => parsePackageUrl(purl)?.type !== 'oci')
  return componentsOf(vex, packages, subjectFit(vex.document, image))
}

/** How much of the image the statement around a document is about; all of it without one. */
export function subjectFit({ subjects }: VexDocument, image: JudgedImage): ImageFit {
  if (subjects === undefined) return { kind: 'whole' }
  return fitOf({ purls: [], digests: subjects, components: [] }, image)
}

function componentsOf(vex: AppliedVex, purls: readonly string[], fit: ImageFit): readonly Entry[] {
  return purls.flatMap((purl) => {
    const component = parsePackageUrl(purl)
    return component === undefined ? [] : [{ vex, component, fit }]
  })
}

function addTo(buckets: Map<string, Bucket>, id: string, entries: readonly Entry[]): void {
  const bucket = buckets.get(id) ?? { ofImage: [], byBase: new Map<string, Entry[]>() }
  buckets.set(id, bucket)
  for (const entry of entries) {
    if (entry.component === undefined) {
      bucket.ofImage.push(entry)
      continue
    }
    const { base } = entry.component
    const list = bucket.byBase.get(base) ?? []
    bucket.byBase.set(base, list)
    list.push(entry)
  }
}

interface Lookup {
  readonly buckets: ReadonlyMap<string, Bucket>
  readonly read: (purl: string) => PackageName | undefined
  readonly image: JudgedImage
}

function fitting(finding: Finding, { buckets, read, image }: Lookup): readonly Entry[] {
  const { kind, id, aliases, package: found } = finding
  if (kind !== 'vulnerability') return []
  const named = [id, ...aliases].flatMap((name) => buckets.get(name.toUpperCase()) ?? [])
  if (named.length === 0) return []
  const actual = found?.purl === undefined ? undefined : read(found.purl)
  return named
    .flatMap((bucket) => [
      ...bucket.ofImage,
      ...(actual === undefined ? [] : (bucket.byBase.get(actual.base) ?? [])),
    ])
    .filter((entry) => isAbout(entry, actual) && isWhere(entry.fit, finding, image))
}

function isAbout({ component }: Entry, actual: PackageName | undefined): boolean {
  if (component === undefined) return true
  return actual !== undefined && fitsPackageUrl(component, actual)
}

/** A statement on one platform excuses only what is found nowhere else. */
function isWhere(fit: ImageFit, { platforms }: Finding, image: JudgedImage): boolean {
  if (fit.kind !== 'platforms') return fit.kind === 'whole'
  const names = platforms.length > 0 ? platforms : image.platforms.map(({ name }) => name)
  return names.length > 0 && names.every((name) => fit.names.includes(name))
}

/** Of statements of the same time, the one that excuses least comes first. */
const caution: Readonly<Record<VexStatus, number>> = {
  affected: 0,
  under_investigation: 1,
  fixed: 2,
  not_affected: 3,
}

function latest(entries: readonly Entry[]): AppliedVex | undefined {
  return entries.map(({ vex }) => vex).toSorted(latestFirst)[0]
}

function latestFirst(one: AppliedVex, other: AppliedVex): number {
  const byTime = timeOf(other.statement) - timeOf(one.statement)
  if (byTime !== 0) return byTime
  const byCaution = caution[one.statement.status] - caution[other.statement.status]
  if (byCaution !== 0) return byCaution
  return one.document.origin.name < other.document.origin.name ? -1 : 1
}

function timeOf({ at }: VexStatement): number {
  return at?.getTime() ?? 0
}
