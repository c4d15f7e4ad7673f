import type { AccessWords, ClusterLogin, LoginAccess } from '@oke-pipeline/kubernetes'
import {
  clusterAccess,
  clusterToken,
  findIdentity,
  inRegionOf,
  ociClient,
  regionOfOcid,
} from '@oke-pipeline/oci'
import type {
  ClusterEndpoint,
  IdentityInputs,
  Ocid,
  OciIdentity,
  PrincipalPorts,
  SigningKey,
} from '@oke-pipeline/oci'
import { renewingToken } from './renewing-token.ts'

/** Which cluster of OKE, and by which of its addresses. */
export interface OkeCluster {
  readonly cluster: Ocid
  readonly endpoint: ClusterEndpoint
}

/**
 * Reaches a cluster of OKE as an identity of OCI: asks OCI where it is, and makes tokens for it in
 * this process.
 */
export async function okeAccess(
  { cluster, endpoint }: OkeCluster,
  inputs: IdentityInputs,
  ports: PrincipalPorts,
): Promise<LoginAccess> {
  const found = await findIdentity(inputs, ports, regionOfOcid(cluster))
  const identity = inRegionOf(cluster, found)
  const client = ociClient(identity.session, identity, ports)
  const { server, certificateAuthority } = await clusterAccess(client, cluster, endpoint)
  ports.log.info(`Cluster ${cluster}: ${server} (${endpoint} endpoint)`)
  return {
    cluster: { server, caData: certificateAuthority },
    login: okeLogin({ cluster, endpoint }, identity, ports),
  }
}

function okeLogin(of: OkeCluster, identity: OciIdentity, ports: PrincipalPorts): ClusterLogin {
  let signedBy: SigningKey | undefined
  const tokens = renewingToken(async () => {
    const made = await clusterToken(identity, of.cluster, ports.clock)
    ports.mask(made.token)
    signedBy = made.signedBy
    return { ...made, renewAt: made.expiresAt }
  }, ports.clock)
  return {
    words: okeWords(of, identity),
    token: () => tokens.current(),
    discard(refused) {
      const isLatest = tokens.discard(refused)
      // The session behind it may have been ended on the other side.
      if (isLatest && signedBy !== undefined) identity.session.discard(signedBy)
    },
  }
}

function okeWords({ cluster, endpoint }: OkeCluster, { session }: OciIdentity): AccessWords {
  return {
    source: 'OCI',
    credentials: `the token that ${session.description} has signed for "${cluster}"`,
    ifRefused:
      'Check that this identity is of the tenancy of the cluster and has the policy "Allow group … to use clusters in compartment …", and that the clock of this runner is right.',
    ifUnreachable:
      endpoint === 'public'
        ? 'Check that the network security groups and security lists of the endpoint let this runner in; of a cluster without a public endpoint, use "cluster-endpoint: private".'
        : 'This endpoint is only reached from within its network: use a self-hosted runner there, or a proxy into it by HTTPS_PROXY.',
    ifUntrusted:
      'OCI itself names this authority: something between this runner and the cluster answers in its place, or the credentials of the cluster are just being rotated.',
    ifUnreadable: 'Run this job again; if it stays, report it.',
  }
}
