import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { OciClient } from '../client/oci-client.ts'
import type { Ocid } from '../region/ocid.ts'
import { clusterEndpoints } from './cluster-endpoint.ts'
import type { ClusterEndpoint } from './cluster-endpoint.ts'

const address = v.nullish(v.string(), '')

const clusterSchema = v.object({
  lifecycleState: v.nullish(v.string(), ''),
  endpoints: v.nullish(
    v.object({
      publicEndpoint: address,
      privateEndpoint: address,
      vcnHostnameEndpoint: address,
    }),
  ),
})

type FoundCluster = v.InferOutput<typeof clusterSchema>

const usable = ['ACTIVE', 'UPDATING']

/**
 * Why OCI tells of no way to a cluster: it says the reason of few such refusals. Returns the error
 * itself where the cluster does not show one either.
 */
export async function explainNoAccess(
  client: OciClient,
  { cluster, endpoint }: { readonly cluster: Ocid; readonly endpoint: ClusterEndpoint },
  error: unknown,
): Promise<unknown> {
  // Where access is denied, or the cluster is not found, it cannot be looked at either.
  if (!(error instanceof ServiceError) || ![200, 400, 409].includes(error.status ?? 0)) return error
  const found = await lookAt(client, cluster)
  if (found === undefined) return error
  const { lifecycleState: state, endpoints } = found
  if (state !== '' && !usable.includes(state)) return notActive(cluster, state, error)
  const present = namesOf(endpoints)
  const isAbsent = present.length > 0 && !present.includes(endpoint)
  return isAbsent ? noEndpoint({ cluster, endpoint }, present, error) : error
}

/** The endpoints that a cluster has. */
function namesOf(endpoints: FoundCluster['endpoints']): readonly ClusterEndpoint[] {
  const addresses = {
    public: endpoints?.publicEndpoint,
    private: endpoints?.privateEndpoint,
    'vcn-hostname': endpoints?.vcnHostnameEndpoint,
  } as const
  return clusterEndpoints.filter((name) => (addresses[name] ?? '') !== '')
}

async function lookAt(client: OciClient, cluster: Ocid): Promise<FoundCluster | undefined> {
  try {
    const { value } = await client.json(
      {
        service: 'container-engine',
        method: 'GET',
        path: `/clusters/${cluster}`,
        doing: `Looking at the cluster "${cluster}"`,
      },
      clusterSchema,
    )
    return value
  } catch (error) {
    // The error that is to be explained says more than that nothing explains it.
    if (error instanceof ServiceError) return undefined
    throw error
  }
}

function notActive(cluster: Ocid, state: string, cause: unknown): ConfigurationError {
  return new ConfigurationError({
    title: `The cluster "${cluster}" is not active`,
    explanation: `Its state in OCI is ${state}.`,
    remedy: 'Wait until it is active, or give the OCID of the cluster that takes its place.',
    cause,
  })
}

function noEndpoint(
  { cluster, endpoint }: { readonly cluster: Ocid; readonly endpoint: ClusterEndpoint },
  present: readonly string[],
  cause: unknown,
): ConfigurationError {
  return new ConfigurationError({
    title: `The cluster "${cluster}" has no ${endpoint} endpoint`,
    explanation: `It has: ${present.join(', ')}.`,
    remedy: `Give "cluster-endpoint: ${present[0] ?? ''}", or add the endpoint to the cluster.`,
    cause,
  })
}
