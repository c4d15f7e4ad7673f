import type { RequiredSigner } from './requirement.ts'
import type { StatementSignerIdentity } from './verify-bundle.ts'

/** Whether who has signed is who was asked for. */
export function fitsSigner(signer: StatementSignerIdentity, required: RequiredSigner): boolean {
  if ('key' in required) return signer.kind === 'key' && signer.name === required.key
  return (
    signer.kind === 'certificate' &&
    signer.issuer === required.issuer &&
    fitsIdentity(signer.identity, required.identity)
  )
}

/**
 * Whether an identity fits a pattern as a whole. "*" stops at "@": the name of a branch is for
 * whoever pushes it to choose, and must not be able to look like a workflow on another branch.
 */
export function fitsIdentity(identity: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^@]*')}$`).test(identity)
}

/** Who has signed, for people. */
export function describeSigner(signer: StatementSignerIdentity): string {
  return signer.kind === 'key' ? `key ${signer.name}` : `${signer.identity} (${signer.issuer})`
}

/** Who should have signed, for people. */
export function describeRequired(required: RequiredSigner): string {
  return 'key' in required ? `key ${required.key}` : `${required.identity} (${required.issuer})`
}
