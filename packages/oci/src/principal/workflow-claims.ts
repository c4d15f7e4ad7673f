import { ServiceError, messageOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import { claimsOf } from './token-claims.ts'

/** What a token of GitHub says of the workflow that runs. */
export interface WorkflowClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly exp: number
  readonly nbf?: number | undefined
}

const claimsSchema = v.looseObject({
  iss: v.string(),
  sub: v.string(),
  aud: v.union([v.string(), v.array(v.string())]),
  exp: v.number(),
  nbf: v.optional(v.number()),
})

/**
 * Reads a token that GitHub gave. Nothing is verified: whoever it is sent to does that.
 * @throws {@link ServiceError} when it is no such token.
 */
export function workflowClaims(token: string): WorkflowClaims {
  try {
    return claimsOf(token, claimsSchema)
  } catch (error) {
    throw new ServiceError({
      service: 'GitHub’s OIDC token service',
      title: 'The workflow’s OIDC token cannot be read',
      explanation: `What GitHub gave is no such token: ${messageOf(error)}.`,
      remedy: 'Run this job again; look at githubstatus.com.',
      cause: error,
    })
  }
}
