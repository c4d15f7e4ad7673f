import { findSbomMaker, sbomFormatOf, sbomFormats, sbomSuffixes } from '@oke-pipeline/evidence'
import type { KeptStatement, SbomFormat, SbomMaker } from '@oke-pipeline/evidence'
import { formatPlatform } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import type { BuildPorts } from './build-request.ts'
import type { Inputs } from './declaration.ts'

/**
 * What is to make the SBOM; nothing, where none is asked for or BuildKit makes it. Looked for
 * before the build: its absence must not be found out after it.
 */
export async function sbomMakerFor(
  { sbom }: Inputs,
  { exec }: BuildPorts,
): Promise<SbomMaker | undefined> {
  if (sbom === 'false' || sbom.startsWith('generator=')) return undefined
  return findSbomMaker(exec)
}

/** SPDX, as BuildKit writes it, where the format is left open. */
export function sbomFormatWanted({ sbom }: Inputs): SbomFormat {
  return sbomFormats.find((format) => format === sbom) ?? 'spdx'
}

/**
 * Writes the SBOMs that are kept with the image as files of their own beside the layout, whoever
 * made them, and says where they are.
 */
export async function writeSboms(
  layout: Layout,
  statements: readonly KeptStatement[],
  { files }: Pick<BuildPorts, 'files'>,
): Promise<readonly string[]> {
  const paths: string[] = []
  for (const { subject, statement } of statements) {
    const format = sbomFormatOf(statement.predicateType)
    if (format === undefined) continue
    const path = `${layout.path}.sbom${suffixOf(layout, subject.digest)}.${sbomSuffixes[format]}`
    await files.writeText(path, `${JSON.stringify(statement.predicate, undefined, 2)}\n`)
    paths.push(path)
  }
  return [...new Set(paths)]
}

/** Named after the platform, where there are several: `.linux-arm64`. */
function suffixOf(layout: Layout, digest: string): string {
  const image = layout.images.find(({ descriptor }) => descriptor.digest === digest)
  if (image === undefined || layout.images.length === 1) return ''
  return `.${formatPlatform(image.config.platform).replaceAll('/', '-')}`
}
