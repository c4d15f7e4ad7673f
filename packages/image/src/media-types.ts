/** Media types of image indexes: OCI's, and Docker's manifest list. */
export const indexMediaTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const

/** Media types of image manifests: OCI's and Docker's. */
export const manifestMediaTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const

const configMediaTypes = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]

/** Whether a descriptor of that media type leads to an image index. */
export function isIndexType(mediaType: string): boolean {
  return indexMediaTypes.some((type) => type === mediaType)
}

/** Whether a descriptor of that media type leads to an image manifest. */
export function isManifestType(mediaType: string): boolean {
  return manifestMediaTypes.some((type) => type === mediaType)
}

/** Whether a descriptor of that media type leads to an image configuration. */
export function isConfigType(mediaType: string): boolean {
  return configMediaTypes.includes(mediaType)
}
