import { ReportedError } from '@oke-pipeline/core'
import * as v from 'valibot'
import { githubToken } from './github-token.ts'
import type { PrincipalPorts } from './ports.ts'
import { claimsOf } from './token-claims.ts'

const claimsSchema = v.object({ sub: v.string() })

/** What GitHub says of the workflow that runs, or why it says nothing. */
export type WorkflowToken = { readonly subject: string } | { readonly refusal: ReportedError }

/** Asks GitHub for a token of this job, and reads its subject; the token itself is dropped. */
export async function workflowToken(
  audience: string,
  ports: PrincipalPorts,
): Promise<WorkflowToken> {
  try {
    const token = await githubToken(audience, ports)
    return { subject: claimsOf(token, claimsSchema).sub }
  } catch (error) {
    if (error instanceof ReportedError) return { refusal: error }
    throw error
  }
}
