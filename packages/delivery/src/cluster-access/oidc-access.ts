import type { AccessWords, LoginAccess } from '@oke-pipeline/kubernetes'
import { githubToken, shownClaim, workflowClaims } from '@oke-pipeline/oci'
import type { PrincipalPorts, WorkflowClaims } from '@oke-pipeline/oci'
import { renewingToken } from './renewing-token.ts'
import type { MadeToken } from './renewing-token.ts'

/** A cluster that trusts GitHub's tokens. */
export interface TrustingCluster {
  readonly server: string
  /** PEM in base64. */
  readonly authority: string
  readonly audience: string
}

/**
 * Reaches a cluster with the workflow's own OIDC token. The first one is got at once, so that a
 * missing permission is said before any work is done.
 */
export async function oidcAccess(
  { server, authority, audience }: TrustingCluster,
  ports: PrincipalPorts,
): Promise<LoginAccess> {
  const tokens = renewingToken(async () => {
    const token = await githubToken(audience, ports)
    return timed(token, workflowClaims(token), ports.clock.now())
  }, ports.clock)
  const claims = workflowClaims(await tokens.current())
  return {
    cluster: { server, caData: authority },
    login: {
      words: oidcWords(audience, claims),
      token: () => tokens.current(),
      discard: (refused) => void tokens.discard(refused),
    },
  }
}

/** A minute before its end, or of a token that is shorter than two in the middle of its time. */
function timed(token: string, { exp }: WorkflowClaims, now: Date): MadeToken {
  const expiresAt = new Date(exp * 1000)
  const lifetime = expiresAt.getTime() - now.getTime()
  const renewAt = new Date(expiresAt.getTime() - Math.min(60_000, lifetime / 2))
  return { token, renewAt, expiresAt }
}

function oidcWords(audience: string, { iss, sub }: WorkflowClaims): AccessWords {
  return {
    source: 'the input "cluster-ca"',
    credentials: `the OIDC token of this workflow (issuer ${shownClaim(iss)}, audience ${audience}, subject ${shownClaim(sub)})`,
    ifRefused: `Check the OpenID Connect settings of the cluster: "issuerUrl" must be ${shownClaim(iss)}, "clientId" must be ${audience}, and what "requiredClaims" asks for must be in the token. Of OKE, only enhanced clusters have them.`,
    ifUnreachable:
      'Check "cluster-server", and that this runner can reach it: a private endpoint needs a runner inside its network, or a proxy into it by HTTPS_PROXY.',
    ifUntrusted:
      'Check "cluster-ca" and "cluster-server": they must be those of this cluster, as its kubeconfig has them.',
    ifUnreadable: 'Give "certificate-authority-data" of the kubeconfig of the cluster.',
  }
}
