import { predicateTypes } from '../statement.ts'
import type { PredicateType } from '../statement.ts'

/** The formats of SBOMs. */
export const sbomFormats = ['spdx', 'cyclonedx'] as const

/** One of {@link sbomFormats}. */
export type SbomFormat = (typeof sbomFormats)[number]

/** What a statement that holds an SBOM is called. */
export const sbomPredicateTypes: Readonly<Record<SbomFormat, PredicateType>> = {
  spdx: predicateTypes.spdx,
  cyclonedx: predicateTypes.cyclonedx,
}

/** How files with such an SBOM end, by custom. */
export const sbomSuffixes: Readonly<Record<SbomFormat, string>> = {
  spdx: 'spdx.json',
  cyclonedx: 'cdx.json',
}

/** The format of an SBOM in a statement; undefined for a statement of another kind. */
export function sbomFormatOf(predicateType: string): SbomFormat | undefined {
  return sbomFormats.find((format) => sbomPredicateTypes[format] === predicateType)
}
