import * as v from 'valibot'
import type { VexContent } from './vex-content.ts'
import { vexDate } from './vex-date.ts'
import type { VexProduct, VexStatement, VexStatus } from './vex-document.ts'

const text = v.optional(v.string())

const component = v.looseObject({
  'bom-ref': text,
  purl: text,
  hashes: v.optional(v.array(v.looseObject({ alg: v.string(), content: v.string() }))),
  components: v.optional(v.array(v.unknown())),
})

const party = v.looseObject({ name: text, email: text })

const states = {
  not_affected: 'not_affected',
  false_positive: 'not_affected',
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
} as const satisfies Readonly<Record<string, VexStatus>>

const vulnerability = v.looseObject({
  id: text,
  references: v.optional(v.array(v.looseObject({ id: text }))),
  updated: text,
  published: text,
  analysis: v.optional(
    v.looseObject({
      state: v.optional(
        v.picklist([
          'not_affected',
          'false_positive',
          'resolved',
          'resolved_with_pedigree',
          'exploitable',
          'in_triage',
        ]),
      ),
      justification: text,
      detail: text,
      lastUpdated: text,
      firstIssued: text,
    }),
  ),
  affects: v.optional(
    v.array(v.looseObject({ ref: v.string(), versions: v.optional(v.array(v.unknown())) })),
  ),
})

const Bom = v.looseObject({
  bomFormat: v.literal('CycloneDX'),
  specVersion: v.string(),
  metadata: v.optional(
    v.looseObject({
      timestamp: text,
      authors: v.optional(v.array(party)),
      supplier: v.optional(party),
      manufacturer: v.optional(party),
      component: v.optional(component),
    }),
  ),
  components: v.optional(v.array(v.unknown())),
  vulnerabilities: v.optional(v.array(vulnerability)),
})

type BomText = v.InferOutput<typeof Bom>
type Component = v.InferOutput<typeof component>
type Vulnerability = v.InferOutput<typeof vulnerability>

/**
 * Reads the VEX of CycloneDX (https://cyclonedx.org/capabilities/vex/), within a BOM or beside it.
 * @throws ValiError for what is not as the format has it.
 */
export function readCyclonedxVex(data: unknown): VexContent {
  const bom = v.parse(Bom, data)
  const productOf = productReader(bom)
  const read = (bom.vulnerabilities ?? []).map((given, index) => {
    const obstacle = obstacleOf(given)
    return obstacle === undefined
      ? { statement: statementOf(given, bom, productOf), notes: [] }
      : { statement: undefined, notes: [`Vulnerability ${index + 1} is left out: ${obstacle}.`] }
  })
  return {
    format: 'cyclonedx',
    authors: authorsOf(bom),
    statements: read.flatMap(({ statement }) => (statement === undefined ? [] : [statement])),
    notes: read.flatMap(({ notes }) => notes),
  }
}

function authorsOf({ metadata }: BomText): readonly string[] {
  const { authors = [], supplier, manufacturer } = metadata ?? {}
  return [...authors, supplier, manufacturer]
    .flatMap((one) => [one?.name, one?.email])
    .filter((name) => name !== undefined)
    .filter((name) => name !== '')
}

function obstacleOf({ id = '', analysis }: Vulnerability): string | undefined {
  if (id === '') return 'it has no identifier'
  const { state, justification = '', detail = '' } = analysis ?? {}
  if (state === undefined) return 'it has no analysis'
  const isUnfounded = justification === '' && detail === ''
  if (states[state] === 'not_affected' && isUnfounded) return 'it does not say why'
  return undefined
}

function statementOf(
  given: Vulnerability,
  { metadata }: BomText,
  productOf: (ref: string) => VexProduct,
): VexStatement {
  const {
    state = 'in_triage',
    justification,
    detail,
    lastUpdated,
    firstIssued,
  } = given.analysis ?? {}
  const others = (given.references ?? []).map(({ id }) => id)
  return {
    ids: [given.id, ...others].filter((id) => id !== undefined).filter((id) => id !== ''),
    status: states[state],
    justification: justification ?? detail,
    products: (given.affects ?? []).map(({ ref, versions = [] }) =>
      versions.length > 0 ? unclear : productOf(ref),
    ),
    at: vexDate(lastUpdated ?? firstIssued ?? given.updated ?? metadata?.timestamp),
  }
}

/** Of a list of versions, each with a status of its own, it is not clear which ones are meant. */
const unclear: VexProduct = { purls: [], digests: [], components: [] }

/**
 * References lead to a component of the document, or by a BOM-Link to one of another document. A
 * component is meant as a part of what the document describes, where that can be recognised.
 */
function productReader(bom: BomText): (ref: string) => VexProduct {
  const byRef = new Map(
    componentsOf(bom).map((one) => [one['bom-ref'] ?? one.purl ?? '', identityOf(one)]),
  )
  const root = bom.metadata?.component
  const whole = root === undefined ? unclear : identityOf(root)
  const isKnown = whole.purls.length > 0 || whole.digests.length > 0
  return (ref) => {
    if (root !== undefined && ref === (root['bom-ref'] ?? root.purl)) return whole
    const part = byRef.get(ref) ?? linkedProduct(ref)
    if (!isKnown) return part
    return { ...whole, components: part.purls.length > 0 ? part.purls : [ref] }
  }
}

function linkedProduct(ref: string): VexProduct {
  const link = /^urn:cdx:[^#]*#(.*)$/.exec(ref)?.[1]
  const purl = link === undefined ? ref : decoded(link)
  return { purls: purl.startsWith('pkg:') ? [purl] : [], digests: [], components: [] }
}

function decoded(link: string): string {
  try {
    return decodeURIComponent(link)
  } catch {
    // Not encoded, and with a "%" of its own.
    return link
  }
}

/** Goes through nested components without recursion, for they may be nested as deeply as it likes. */
function componentsOf({ metadata, components = [] }: BomText): readonly Component[] {
  const found: Component[] = []
  const open: unknown[] = [...components]
  if (metadata?.component !== undefined) open.push(metadata.component)
  while (open.length > 0) {
    const one = v.parse(component, open.pop())
    found.push(one)
    open.push(...(one.components ?? []))
  }
  return found
}

function identityOf({ purl, hashes = [] }: Component): VexProduct {
  return {
    purls: purl === undefined ? [] : [purl],
    digests: hashes
      .filter(({ alg }) => alg === 'SHA-256')
      .map(({ content }) => `sha256:${content.toLowerCase()}`),
    components: [],
  }
}
