import { publishedRegions } from '../region/find-region.ts'
import type { Region } from '../region/find-region.ts'

/** The host of OCIR in a region, in the form that Oracle's documentation prefers. */
export function registryHost({ id, domain }: Region): string {
  return `ocir.${id}.oci.${domain}`
}

/**
 * The region of a host of OCIR in any of its forms: `ocir.<region>.oci.<domain>`, `<key>.ocir.io`
 * and `<region>.ocir.io`. All of them are the same registry, but tools keep logins by the very
 * host that an image is named with.
 */
export function regionOfRegistryHost(
  host: string,
  regions: readonly Region[] = publishedRegions(),
): Region | undefined {
  const lower = host.toLowerCase()
  return regions.find((region) => registryHosts(region).includes(lower))
}

/** Every host that a region's registry answers on; `ocir.io` is of the commercial realm only. */
export function registryHosts(region: Region): readonly string[] {
  const { id, key, realm } = region
  const short = realm === 'oc1' ? [key, id].filter((name) => name !== undefined) : []
  return [registryHost(region), ...short.map((name) => `${name}.ocir.io`)]
}
