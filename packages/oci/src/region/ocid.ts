import { ConfigurationError } from '@oke-pipeline/core'

declare const ocidBrand: unique symbol

/** An Oracle Cloud identifier. */
export type Ocid = `ocid1.${string}` & { readonly [ocidBrand]: true }

/** What an OCID says of the thing that it names. */
export interface OcidParts {
  /** `cluster`, `tenancy`, `compartment`… */
  readonly type: string
  /** `oc1`… */
  readonly realm: string
  /** The region's key or its identifier; empty for things that belong to no region. */
  readonly region: string
}

/** `ocid1.<type>.<realm>.<region>[.<future use>].<unique id>`; the region may be empty. */
const grammar = /^ocid1\.([a-z0-9]+)\.(oc[0-9]+)\.([a-z0-9-]*)\.(?:[a-z0-9_-]*\.)?([A-Za-z0-9_-]+)$/

/** Whether a text is an OCID, and of one of these types where any are named. */
export function isOcid(text: string, ...types: readonly string[]): text is Ocid {
  const type = grammar.exec(text)?.[1]
  return type !== undefined && (types.length === 0 || types.includes(type))
}

/**
 * Reads an OCID of one of these types.
 * @throws {@link ConfigurationError} that says what is wrong with it.
 */
export function parseOcid(text: string, ...types: readonly string[]): Ocid {
  if (isOcid(text, ...types)) return text
  const type = grammar.exec(text)?.[1]
  throw new ConfigurationError({
    title: `"${text}" is not ${expectationOf(types)}`,
    explanation:
      type === undefined
        ? 'An OCID has the form "ocid1.<type>.<realm>.<region>.<unique id>".'
        : `It names a thing of the type "${type}".`,
    remedy: `Copy the OCID from the page of the ${types[0] ?? 'resource'} in the OCI console; a name is not enough.`,
  })
}

/** What an OCID says of itself. */
export function partsOf(ocid: Ocid): OcidParts {
  const [, type = '', realm = '', region = ''] = grammar.exec(ocid) ?? []
  return { type, realm, region }
}

/** What is expected, for messages: `the OCID of a compartment or tenancy`. */
export function expectationOf(types: readonly string[]): string {
  return types.length === 0 ? 'an OCID' : `the OCID of a ${types.join(' or ')}`
}
