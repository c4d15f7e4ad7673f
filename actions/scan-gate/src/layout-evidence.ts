import { predicateTypes, readStatements } from '@oke-pipeline/evidence'
import type { KeptStatement } from '@oke-pipeline/evidence'
import type { Layout } from '@oke-pipeline/image'
import { readVex } from '@oke-pipeline/scan'
import type { VexDocument } from '@oke-pipeline/scan'
import type { GatePorts } from './gate-ports.ts'

/** What is kept with an image that the gate looks at. */
export interface LayoutEvidence {
  readonly vex: readonly VexDocument[]
  /** The SBOM of the image or of its first platform, as JSON. */
  readonly sbom: string | undefined
}

/** https://github.com/openvex/spec; the version is part of what BuildKit and others write. */
const openvex = 'https://openvex.dev/ns'

/**
 * Reads the VEX documents and the SBOM that earlier steps have kept with the image. Nobody has
 * signed them here: the policy says whether they count.
 */
export async function layoutEvidence(
  layout: Layout,
  { log }: Pick<GatePorts, 'log'>,
): Promise<LayoutEvidence> {
  const statements = await readStatements(layout)
  const vex = statements.filter(({ statement }) => statement.predicateType.startsWith(openvex))
  const sboms: readonly string[] = [predicateTypes.spdx, predicateTypes.cyclonedx]
  const sbom = statements.find(({ statement }) => sboms.includes(statement.predicateType))
  if (vex.length > 0) log.info(`VEX documents kept with the image: ${vex.length}`)
  return {
    vex: vex.map(vexOf),
    sbom: sbom === undefined ? undefined : JSON.stringify(sbom.statement.predicate),
  }
}

function vexOf({ statement, descriptor }: KeptStatement): VexDocument {
  const origin = { kind: 'referrer', name: descriptor.digest, signer: undefined } as const
  return readVex(JSON.stringify(statement), origin)
}
