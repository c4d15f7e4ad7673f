import type { RegionHints } from './find-region.ts'

/** How Oracle's tools are told of a region that they do not know: by an environment variable. */
export function regionMetadataIn({
  OCI_REGION_METADATA: metadata,
}: Readonly<Record<string, string | undefined>>): Pick<RegionHints, 'metadata'> {
  return metadata === undefined || metadata === '' ? {} : { metadata }
}
