import { findRegion, publishedRegions, realmOfDomain } from '../region/find-region.ts'
import type { Region, RegionHints } from '../region/find-region.ts'
import { regionMetadataIn } from '../region/region-metadata.ts'

/** The host of OCIR in a region, in the form that Oracle's documentation prefers. */
export function registryHost({ id, domain }: Region): string {
  return `ocir.${id}.oci.${domain}`
}

/**
 * The region of a host of OCIR in any of its forms: `ocir.<region>.oci.<domain>`, `<key>.ocir.io`
 * and `<region>.ocir.io`. All of them are the same registry, but tools keep logins by the very
 * host that an image is named with. The environment may describe regions that Oracle does not publish.
 */
export function regionOfRegistryHost(
  host: string,
  environment: Readonly<Record<string, string | undefined>>,
): Region | undefined {
  const lower = host.toLowerCase()
  const region = publishedRegions().find((one) => registryHosts(one).includes(lower))
  return region ?? newRegionOf(lower, regionMetadataIn(environment))
}

/** Every host that a region's registry answers on; `ocir.io` is of the commercial realm only. */
export function registryHosts(region: Region): readonly string[] {
  const { id, key, realm } = region
  const short = realm === 'oc1' ? [key, id].filter((name) => name !== undefined) : []
  return [registryHost(region), ...short.map((name) => `${name}.ocir.io`)]
}

/** Whether a host is meant to be one of OCIR's, whether there is such a region or not. */
export function isMeantAsRegistryHost(host: string): boolean {
  return meantForms.test(host.toLowerCase())
}

const meantForms = /^ocir\.(?:[^.]+\.oci\.|.*oracle(?:gov)?cloud)|(?:^|\.)ocir\.io$/

const longForm = /^ocir\.([a-z]{2,}(?:-[a-z]+)+-[0-9]+)\.oci\.([a-z0-9.-]+)$/

/** A region that is newer than the table, in a realm of Oracle's or one that is described. */
function newRegionOf(
  host: string,
  { metadata }: Pick<RegionHints, 'metadata'>,
): Region | undefined {
  const [, id, domain = ''] = longForm.exec(host) ?? []
  if (id === undefined) return undefined
  const realm = realmOfDomain(domain)
  if (realm === undefined && metadata === undefined) return undefined
  const region = findRegion(id, {
    domain,
    ...(realm === undefined ? {} : { realm }),
    ...(metadata === undefined ? {} : { metadata }),
  })
  const isTrusted = realm !== undefined || region.key !== undefined
  return isTrusted && registryHost(region) === host ? region : undefined
}
