/** Which address of the API server is used. */
export const clusterEndpoints = ['public', 'private', 'vcn-hostname'] as const

/** One of {@link clusterEndpoints}. */
export type ClusterEndpoint = (typeof clusterEndpoints)[number]
