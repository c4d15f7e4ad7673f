import { accessOf } from '@oke-pipeline/kubernetes'
import type { ClusterAccess } from '@oke-pipeline/kubernetes'
import { principalPorts } from '@oke-pipeline/oci'
import type { ClusterAccessInputs } from './access-inputs.ts'
import { oidcAccess } from './oidc-access.ts'
import { okeAccess } from './oke-access.ts'

/** What signing in to a cluster needs of the world. */
export type ClusterAccessPorts = Parameters<typeof principalPorts>[0]

/**
 * Goes the way to a cluster that the inputs name; {@link accessProblems} has found nothing wrong
 * with them. The cluster itself is not asked yet.
 * @throws ConfigurationError or ServiceError when OCI or GitHub do not let this step in.
 */
export async function openCluster(
  inputs: ClusterAccessInputs,
  ports: ClusterAccessPorts,
): Promise<ClusterAccess> {
  const { kubeconfig, context, cluster } = inputs
  if (kubeconfig !== undefined) return accessOf(kubeconfig, context)
  const principal = principalPorts(ports)
  if (cluster !== undefined) {
    const endpoint = inputs['cluster-endpoint'] ?? 'public'
    return okeAccess({ cluster, endpoint }, inputs, principal)
  }
  const { 'cluster-server': server, 'cluster-ca': authority, 'cluster-audience': audience } = inputs
  if (server === undefined || authority === undefined || audience === undefined) {
    throw new Error('No input leads to a cluster')
  }
  return oidcAccess({ server, authority, audience }, principal)
}
