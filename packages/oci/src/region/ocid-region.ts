import { publishedRegions } from './find-region.ts'
import type { Region } from './find-region.ts'
import { partsOf } from './ocid.ts'
import type { Ocid } from './ocid.ts'

/**
 * The region that an OCID names, by key or, in newer regions, by identifier; undefined when Oracle
 * has not published it, or the thing belongs to no region.
 */
export function regionOfOcid(ocid: Ocid): Region | undefined {
  const { region, realm } = partsOf(ocid)
  return publishedRegions().find(
    ({ id, key, realm: its }) => its === realm && (id === region || key === region),
  )
}
