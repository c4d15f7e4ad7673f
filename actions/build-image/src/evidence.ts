import { keepSboms, readStatements } from '@oke-pipeline/evidence'
import type { SbomMaker } from '@oke-pipeline/evidence'
import { writeArchiveOf } from './archive.ts'
import type { BuildPorts } from './build-request.ts'
import type { Built } from './built.ts'
import type { ImageFacts } from './facts.ts'
import { imageNameOf } from './image-name.ts'
import { keepProvenance, writeProvenance } from './provenance.ts'
import { sbomFormatWanted, writeSboms } from './sbom.ts'

/** What is kept with the image, and where it can be read. */
export interface EvidenceFiles {
  /** The statement of provenance. */
  readonly provenance: string | undefined
  /** The SBOMs, one of each platform. */
  readonly sboms: readonly string[]
  readonly archive: string | undefined
}

/** What is kept with an image that is not handed over. */
export const noEvidence: EvidenceFiles = {
  provenance: undefined,
  sboms: [],
  archive: undefined,
}

/** A build to be told of: when it began, and what makes its SBOMs, if anything has to. */
export interface Telling {
  readonly startedOn: Date
  readonly sbomMaker: SbomMaker | undefined
}

/** Phase "evidence": statements into the layout, then the archive of all of it. */
export async function keepEvidence(
  built: Built,
  facts: ImageFacts,
  { startedOn, sbomMaker }: Telling,
  ports: BuildPorts,
): Promise<EvidenceFiles> {
  const { request, layout } = built
  const { inputs } = request
  const isWanted = inputs.provenance !== 'false'
  if (isWanted) await keepProvenance(built, facts, startedOn, ports)
  if (sbomMaker !== undefined) {
    const format = sbomFormatWanted(inputs)
    const order = { maker: sbomMaker, format, name: imageNameOf(inputs, ports) }
    ports.log.info(`Makes the SBOM (${format}) with ${sbomMaker.name} ${sbomMaker.version}`)
    await keepSboms(layout, order, ports)
  }
  const statements = await readStatements(layout)
  return {
    provenance: isWanted ? await writeProvenance(layout, statements, ports) : undefined,
    sboms: await writeSboms(layout, statements, ports),
    archive: await writeArchiveOf(layout, inputs, ports),
  }
}
