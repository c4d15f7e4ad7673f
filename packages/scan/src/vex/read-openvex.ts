import * as v from 'valibot'
import type { VexContent } from './vex-content.ts'
import { vexDate } from './vex-date.ts'
import type { VexProduct, VexStatement } from './vex-document.ts'

const text = v.optional(v.string())

const component = v.looseObject({
  '@id': text,
  identifiers: v.optional(v.record(v.string(), v.string())),
  hashes: v.optional(v.record(v.string(), v.string())),
})

// Plain strings are how versions before 0.2.0 wrote products and their parts.
const parts = v.optional(v.array(v.union([v.string(), component])))
const product = v.union([v.string(), v.looseObject({ ...component.entries, subcomponents: parts })])

const statement = v.looseObject({
  vulnerability: v.union([
    v.string(),
    v.looseObject({ '@id': text, name: text, aliases: v.optional(v.array(v.string())) }),
  ]),
  products: v.optional(v.array(product)),
  /** Of all products; before 0.2.0. */
  subcomponents: parts,
  status: v.picklist(['not_affected', 'affected', 'fixed', 'under_investigation']),
  justification: text,
  impact_statement: text,
  timestamp: text,
  last_updated: text,
})

const OpenVex = v.looseObject({
  '@context': v.pipe(v.string(), v.regex(/^https:\/\/openvex\.dev\/ns(?:\/|$)/)),
  author: v.string(),
  timestamp: text,
  last_updated: text,
  statements: v.array(statement),
})

type StatementText = v.InferOutput<typeof statement>
type Component = v.InferOutput<typeof component>

/**
 * Reads OpenVEX (https://github.com/openvex/spec).
 * @throws ValiError for what is not as the format has it.
 */
export function readOpenvex(data: unknown): VexContent {
  const document = v.parse(OpenVex, data)
  const read = document.statements.map((given, index) => {
    const obstacle = obstacleOf(given)
    return obstacle === undefined
      ? { statement: statementOf(given, document), notes: [] }
      : { statement: undefined, notes: [`Statement ${index + 1} is left out: ${obstacle}.`] }
  })
  return {
    format: 'openvex',
    authors: [document.author],
    statements: read.flatMap(({ statement: made }) => (made === undefined ? [] : [made])),
    notes: read.flatMap(({ notes }) => notes),
  }
}

function obstacleOf(given: StatementText): string | undefined {
  if (idsOf(given).length === 0) return 'it names no vulnerability'
  const { status, justification = '', impact_statement: impact = '' } = given
  if (status === 'not_affected' && justification === '' && impact === '') {
    return 'it does not say why the product is not affected'
  }
  return undefined
}

function statementOf(given: StatementText, document: v.InferOutput<typeof OpenVex>): VexStatement {
  return {
    ids: idsOf(given),
    status: given.status,
    justification: given.justification ?? given.impact_statement,
    products: (given.products ?? []).map((one) => productOf(one, given.subcomponents ?? [])),
    at: vexDate(
      given.last_updated ?? given.timestamp ?? document.last_updated ?? document.timestamp,
    ),
  }
}

function idsOf({ vulnerability }: StatementText): readonly string[] {
  if (typeof vulnerability === 'string') return vulnerability === '' ? [] : [vulnerability]
  const { name, aliases = [] } = vulnerability
  return [name, ...aliases].filter((id) => id !== undefined).filter((id) => id !== '')
}

function productOf(
  given: v.InferOutput<typeof product>,
  shared: readonly (string | Component)[],
): VexProduct {
  const one = typeof given === 'string' ? { '@id': given } : given
  const { subcomponents = [] } = typeof given === 'string' ? {} : given
  return { ...identityOf(one), components: [...subcomponents, ...shared].flatMap(componentOf) }
}

/** A part that cannot be recognised must not widen the statement to all of the product. */
function componentOf(part: string | Component): readonly string[] {
  const { purls } = identityOf(typeof part === 'string' ? { '@id': part } : part)
  return purls.length === 0 ? [typeof part === 'string' ? part : (part['@id'] ?? 'unknown')] : purls
}

function identityOf({ '@id': id, identifiers, hashes }: Component): Omit<VexProduct, 'components'> {
  const names = [id, identifiers?.purl].filter((name) => name !== undefined)
  const digest = hashes?.['sha-256']
  return {
    purls: names.filter((name) => name.startsWith('pkg:')),
    digests: [
      ...names.filter((name) => !name.startsWith('pkg:')).flatMap(digestIn),
      ...(digest === undefined ? [] : [`sha256:${digest}`]),
    ],
  }
}

/** An identifier can be an image by digest: `registry/app@sha256:…`. */
function digestIn(name: string): readonly string[] {
  return /(?:^|@)sha256:[0-9a-f]{64}$/.exec(name)?.map((found) => found.replace('@', '')) ?? []
}
