import * as v from 'valibot'
import { csafProducts } from './csaf-products.ts'
import type { CsafProducts } from './csaf-products.ts'
import type { VexContent } from './vex-content.ts'
import { vexDate } from './vex-date.ts'
import type { VexProduct, VexStatement, VexStatus } from './vex-document.ts'

const ids = v.optional(v.array(v.string()))

const vulnerability = v.looseObject({
  cve: v.optional(v.string()),
  ids: v.optional(v.array(v.looseObject({ text: v.string() }))),
  product_status: v.optional(
    v.looseObject({
      known_not_affected: ids,
      known_affected: ids,
      first_affected: ids,
      last_affected: ids,
      fixed: ids,
      first_fixed: ids,
      under_investigation: ids,
    }),
  ),
  flags: v.optional(
    v.array(v.looseObject({ label: v.string(), product_ids: ids, group_ids: ids })),
  ),
  threats: v.optional(
    v.array(
      v.looseObject({
        category: v.string(),
        details: v.string(),
        product_ids: ids,
        group_ids: ids,
      }),
    ),
  ),
})

const Csaf = v.looseObject({
  document: v.looseObject({
    category: v.string(),
    csaf_version: v.picklist(['2.0', '2.1']),
    publisher: v.looseObject({ name: v.string(), namespace: v.optional(v.string()) }),
    tracking: v.looseObject({ current_release_date: v.optional(v.string()) }),
  }),
  product_tree: v.optional(v.unknown()),
  vulnerabilities: v.optional(v.array(vulnerability)),
})

type Vulnerability = v.InferOutput<typeof vulnerability>
type Status = NonNullable<Vulnerability['product_status']>

/** Which of our statuses a list of products has; what was affected first or last still is. */
const statuses: readonly (readonly [keyof Status & string, VexStatus])[] = [
  ['known_not_affected', 'not_affected'],
  ['fixed', 'fixed'],
  ['first_fixed', 'fixed'],
  ['known_affected', 'affected'],
  ['first_affected', 'affected'],
  ['last_affected', 'affected'],
  ['under_investigation', 'under_investigation'],
]

/**
 * Reads the VEX profile of CSAF
 * (https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#45-profile-5-vex).
 * @throws ValiError for what is not as the format has it.
 */
export function readCsaf(data: unknown): VexContent {
  const { document, product_tree: tree, vulnerabilities = [] } = v.parse(Csaf, data)
  const products = csafProducts(tree)
  const at = vexDate(document.tracking.current_release_date)
  const read = vulnerabilities.map((given, index) => statementsOf(given, { products, at, index }))
  const { name, namespace } = document.publisher
  return {
    format: 'csaf',
    authors: namespace === undefined ? [name] : [name, namespace],
    statements: read.flatMap(({ statements }) => statements),
    notes: [
      ...(document.category === 'csaf_vex'
        ? []
        : [`Its category is "${document.category}", not "csaf_vex".`]),
      ...read.flatMap(({ notes }) => notes),
    ],
  }
}

interface Context {
  readonly products: CsafProducts
  readonly at: Date | undefined
  readonly index: number
}

interface Read {
  readonly statements: readonly VexStatement[]
  readonly notes: readonly string[]
}

function statementsOf(given: Vulnerability, context: Context): Read {
  const names = [given.cve, ...(given.ids ?? []).map(({ text }) => text)].filter(
    (name) => name !== undefined,
  )
  const position = `Vulnerability ${context.index + 1}`
  if (names.length === 0) return { statements: [], notes: [`${position} has no identifier.`] }
  const groups = statuses.flatMap(([key, status]) =>
    byJustification(given, listIn(given, key), status, context.products),
  )
  const excused = groups.filter(({ status, why }) => status !== 'not_affected' || why !== undefined)
  const left = groups.length - excused.length
  return {
    statements: excused.map(({ status, why, products }) => ({
      ids: names,
      status,
      justification: why,
      products,
      at: context.at,
    })),
    notes:
      left === 0
        ? []
        : [
            `${position} (${names.join(', ')}) does not say why products are not affected; left out.`,
          ],
  }
}

function listIn(
  { product_status: status }: Vulnerability,
  key: keyof Status & string,
): readonly string[] {
  const list = status?.[key]
  return v.is(ids, list) ? (list ?? []) : []
}

interface Group {
  readonly status: VexStatus
  readonly why: string | undefined
  readonly products: readonly VexProduct[]
}

/** Products of one status, together where the same reason holds for them. */
function byJustification(
  given: Vulnerability,
  productIds: readonly string[],
  status: VexStatus,
  products: CsafProducts,
): readonly Group[] {
  const whyOf = status === 'not_affected' ? reasonsIn(given, products) : () => undefined
  const groups = new Map<string | undefined, VexProduct[]>()
  for (const id of productIds) {
    const why = whyOf(id)
    const group = groups.get(why) ?? []
    groups.set(why, group)
    group.push(...products.productsOf(id))
  }
  return [...groups].map(([why, group]) => ({ status, why, products: group }))
}

/** A flag gives the reason in one word, a threat of category `impact` in prose; one must be there. */
function reasonsIn(
  { flags = [], threats = [] }: Vulnerability,
  products: CsafProducts,
): (productId: string) => string | undefined {
  const reasons = [
    ...threats
      .filter(({ category }) => category === 'impact')
      .map(({ details, ...about }) => ({ reason: details, ...about })),
    ...flags.map(({ label, ...about }) => ({ reason: label, ...about })),
  ]
  const byProduct = new Map<string, string>()
  let general: string | undefined
  for (const { reason, product_ids: single, group_ids: groups } of reasons) {
    if (single === undefined && groups === undefined) general = reason
    const members = (groups ?? []).flatMap((group) => products.membersOf(group))
    for (const id of [...(single ?? []), ...members]) byProduct.set(id, reason)
  }
  return (productId) => byProduct.get(productId) ?? general
}
