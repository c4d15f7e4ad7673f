import { permissionsFor } from './permission.ts'
import type { PipelineParts, Purpose } from './permission.ts'
import { policyStatements } from './policy-statement.ts'
import type { PolicySubject } from './policy-statement.ts'
import type { TrustPlan } from './trust-plan.ts'

/** All that a pipeline needs in OCI, and nothing more. */
export interface AccessPlan {
  readonly purposes: readonly Purpose[]
  readonly parts: PipelineParts
  readonly subject: PolicySubject
  /** Absent for identities that are not made from a workflow's token. */
  readonly trust?: TrustPlan | undefined
  /** Address of the identity domain, where it is known. */
  readonly domainUrl?: string | undefined
  readonly tenancy?: string | undefined
}

/** The IAM policies of a plan. */
export function planStatements({ purposes, parts, subject }: AccessPlan): readonly string[] {
  return permissionsFor(purposes).flatMap((permission) =>
    policyStatements(permission, parts, subject),
  )
}
