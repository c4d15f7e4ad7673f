import type { Digest } from '@oke-pipeline/image'

/**
 * An in-toto Statement v1: a claim (the predicate) about images, named by digest.
 * https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export interface Statement<Predicate extends object = object> {
  readonly _type: 'https://in-toto.io/Statement/v1'
  readonly subject: readonly StatementSubject[]
  readonly predicateType: PredicateType
  readonly predicate: Predicate
}

/** What a statement is about. */
export interface StatementSubject {
  readonly name: string
  readonly digest: { readonly sha256: string }
}

/** The kinds of claims that this suite makes or reads. */
export const predicateTypes = {
  provenance: 'https://slsa.dev/provenance/v1',
  spdx: 'https://spdx.dev/Document',
  cyclonedx: 'https://cyclonedx.org/bom',
  testResult: 'https://in-toto.io/attestation/test-result/v0.1',
  vulnerabilities: 'https://in-toto.io/attestation/vulns/v0.1',
} as const

/** One of {@link predicateTypes}. */
export type PredicateType = (typeof predicateTypes)[keyof typeof predicateTypes]

/** A claim about one image; the name is for people, the digest is what counts. */
export function statementOf<Predicate extends object>(
  image: { readonly name: string; readonly digest: Digest },
  predicateType: PredicateType,
  predicate: Predicate,
): Statement<Predicate> {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: image.name, digest: { sha256: image.digest.slice('sha256:'.length) } }],
    predicateType,
    predicate,
  }
}
