import type { Region } from './find-region.ts'

/** Regions whose vaults are older than the common form of endpoints, as the OCI CLI lists them. */
const olderRegions: readonly string[] = [
  'ap-melbourne-1',
  'ap-mumbai-1',
  'ap-osaka-1',
  'ap-seoul-1',
  'ap-sydney-1',
  'ap-tokyo-1',
  'ca-montreal-1',
  'ca-toronto-1',
  'eu-amsterdam-1',
  'eu-frankfurt-1',
  'eu-zurich-1',
  'me-jeddah-1',
  'sa-saopaulo-1',
  'uk-gov-london-1',
  'uk-london-1',
  'us-ashburn-1',
  'us-gov-ashburn-1',
  'us-gov-chicago-1',
  'us-gov-phoenix-1',
  'us-langley-1',
  'us-luke-1',
  'us-phoenix-1',
  'us-seattle-1',
]

/** The domain of the vaults of a region. */
export function kmsDomain({ id, domain }: Region): string {
  return olderRegions.includes(id) ? domain : `oci.${domain}`
}
