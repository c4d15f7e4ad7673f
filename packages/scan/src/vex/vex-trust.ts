import type { VexRule } from '../policy/gate-policy.ts'
import type { VexDocument } from './vex-document.ts'

/**
 * Why a document is not believed, in a whole sentence; undefined for one that is. A file stands in
 * the repository, whose reviewers vouch for its author. A referrer can be put to an image by
 * whoever may push: there the signer counts, and not what the document says of itself.
 */
export function reasonForDistrust(document: VexDocument, rule: VexRule): string | undefined {
  const { origin } = document
  if (origin.kind === 'referrer' && origin.signer !== undefined) {
    return isTrusted([origin.signer], rule)
      ? undefined
      : `Its signer "${origin.signer}" is not among the trusted authors of the policy.`
  }
  if (origin.kind === 'referrer' && !rule.allowUnsigned) {
    return 'It is not signed, and the policy does not allow unsigned referrers.'
  }
  return reasonByAuthors(document.authors, rule)
}

function reasonByAuthors(authors: readonly string[], rule: VexRule): string | undefined {
  if (authors.length === 0) return 'It does not say who has written it.'
  if (isTrusted(authors, rule)) return undefined
  const names = authors.map((author) => `"${author}"`).join(', ')
  return `Its author ${names} is not among the trusted authors of the policy.`
}

function isTrusted(names: readonly string[], { trustedAuthors }: VexRule): boolean {
  return names.some((name) => trustedAuthors.includes(name))
}
