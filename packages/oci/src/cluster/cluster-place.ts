import { ConfigurationError } from '@oke-pipeline/core'
import type { OciIdentity } from '../principal/find-identity.ts'
import { regionOfOcid } from '../region/ocid-region.ts'
import { partsOf } from '../region/ocid.ts'
import type { Ocid } from '../region/ocid.ts'

/**
 * An identity in the region of a cluster, which its OCID names: the API of that region knows the
 * cluster, and tokens are signed for it, wherever the identity itself is at home.
 * @throws {@link ConfigurationError} when the cluster is in another realm, or where it is is not known.
 */
export function inRegionOf(cluster: Ocid, identity: OciIdentity): OciIdentity {
  const { region, realm } = partsOf(cluster)
  if (identity.region.realm !== realm) throw otherRealm(identity, realm)
  const published = regionOfOcid(cluster)
  if (published !== undefined) return { ...identity, region: published }
  // Of a region that is newer than the table nothing but the identifier is known.
  const { id, key } = identity.region
  if (key === undefined || [id, key, ''].includes(region)) return identity
  throw new ConfigurationError({
    title: `The region of the cluster, "${region}", is not known`,
    explanation: 'It is not in Oracle’s published table, and this identity is in another one.',
    remedy: 'Give the region of the cluster in "oci-region".',
  })
}

function otherRealm({ region }: OciIdentity, realm: string): ConfigurationError {
  return new ConfigurationError({
    title: `The cluster is not in the realm of ${region.id}`,
    explanation: `Its OCID is of the realm ${realm}, this identity of ${region.realm}.`,
    remedy: 'Check the OCID of the cluster, and which tenancy this step signs in to.',
  })
}
