import { githubIssuer } from '../principal/github-oidc.ts'

/** The trust by which workflows of GitHub become a service user of an identity domain. */
export interface TrustPlan {
  /** The subjects of the tokens that are let in, each pinned to a repository and environment. */
  readonly subjects: readonly string[]
  readonly audience: string
}

/** The parts of a trust that OCI has made, or that are still to be filled in. */
export interface TrustParts {
  /** Client id of the confidential application. */
  readonly client: string
  /** SCIM id of the service user. */
  readonly user: string
}

/** The SCIM schema of an identity propagation trust. */
export const trustSchema = 'urn:ietf:params:scim:schemas:oracle:idcs:IdentityPropagationTrust'

/** The subject of the tokens that jobs of one environment of a repository get. */
export function environmentSubject(repository: string, environment: string): string {
  // GitHub escapes a colon in the name of an environment, which would look like the next part.
  return `repo:${repository}:environment:${environment.replaceAll(':', '%3A')}`
}

/** Whether a subject is that of one environment; every branch and pull request has others. */
export function isPinned(subject: string): boolean {
  return /:environment:[^*:]+$/.test(subject)
}

/** A rule of a trust for one subject; its value is not quoted. */
export function trustRule(subject: string): string {
  return `sub eq ${subject}`
}

/** The trust as the identity domain's SCIM API takes it. */
export function trustDocument(
  plan: TrustPlan,
  parts: TrustParts,
): Readonly<Record<string, unknown>> {
  return {
    schemas: [trustSchema],
    name: 'github-actions',
    type: 'JWT',
    active: true,
    issuer: githubIssuer,
    publicKeyEndpoint: `${githubIssuer}/.well-known/jwks`,
    oauthClients: [parts.client],
    clientClaimName: 'aud',
    clientClaimValues: [plan.audience],
    subjectClaimName: 'sub',
    subjectType: 'User',
    subjectMappingAttribute: 'userName',
    allowImpersonation: true,
    impersonationServiceUsers: plan.subjects.map((subject) => ({
      rule: trustRule(subject),
      value: parts.user,
    })),
  }
}
