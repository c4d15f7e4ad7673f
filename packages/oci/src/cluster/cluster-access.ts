import { ServiceError, messageOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import { parse } from 'yaml'
import type { OciClient } from '../client/oci-client.ts'
import type { Ocid } from '../region/ocid.ts'
import type { ClusterEndpoint } from './cluster-endpoint.ts'
import { explainNoAccess } from './explain-no-access.ts'

/** Where the API server of a cluster is, and what its certificate is signed with. */
export interface ClusterAccess {
  readonly server: string
  /** PEM in base64, as kubeconfigs have it. */
  readonly certificateAuthority: string
}

const apiNames = {
  public: 'PUBLIC_ENDPOINT',
  private: 'PRIVATE_ENDPOINT',
  'vcn-hostname': 'VCN_HOSTNAME',
} as const

const kubeconfigSchema = v.object({
  clusters: v.pipe(
    v.array(
      v.object({
        cluster: v.object({
          server: v.pipe(v.string(), v.url(), v.startsWith('https://')),
          'certificate-authority-data': v.pipe(v.string(), v.base64()),
        }),
      }),
    ),
    v.minLength(1),
  ),
})

/**
 * Asks OCI where a cluster is. Of the kubeconfig that it gives, its way to a token is left out.
 * @throws ServiceError that names the policy; ConfigurationError when the cluster is not active, or
 * has no such endpoint.
 */
export async function clusterAccess(
  client: OciClient,
  cluster: Ocid,
  endpoint: ClusterEndpoint,
): Promise<ClusterAccess> {
  try {
    return await askForAccess(client, cluster, endpoint)
  } catch (error) {
    throw await explainNoAccess(client, { cluster, endpoint }, error)
  }
}

async function askForAccess(
  client: OciClient,
  cluster: Ocid,
  endpoint: ClusterEndpoint,
): Promise<ClusterAccess> {
  const text = await client.text({
    service: 'container-engine',
    method: 'POST',
    path: `/clusters/${cluster}/kubeconfig/content`,
    body: { tokenVersion: '2.0.0', endpoint: apiNames[endpoint] },
    doing: `Getting access to the cluster "${cluster}"`,
    policy: 'Allow group … to use clusters in compartment …',
  })
  const [first] = readKubeconfig(text).clusters
  if (first === undefined) throw new Error('The schema lets no empty list pass')
  return {
    server: first.cluster.server,
    certificateAuthority: first.cluster['certificate-authority-data'],
  }
}

function readKubeconfig(text: string): v.InferOutput<typeof kubeconfigSchema> {
  try {
    return v.parse(kubeconfigSchema, parse(text))
  } catch (error) {
    throw new ServiceError({
      service: 'OCI Container Engine',
      title: 'OCI gave no usable kubeconfig',
      status: 200,
      explanation: `It lacks the address of the cluster or its authority: ${messageOf(error)}.`,
      remedy: 'Check that the cluster is active and has the endpoint that is asked for.',
      cause: error,
    })
  }
}
