import { predicateTypes, readStatements } from '@oke-pipeline/evidence'
import type { KeptStatement } from '@oke-pipeline/evidence'
import type { Layout } from '@oke-pipeline/image'
import { readVex } from '@oke-pipeline/scan'
import type { VexDocument } from '@oke-pipeline/scan'
import type { GatePorts } from './gate-ports.ts'
import { openvexType, signedVex } from './signed-vex.ts'
import type { VexInputs } from './signed-vex.ts'

/** What is kept with an image that the gate looks at. */
export interface LayoutEvidence {
  readonly vex: readonly VexDocument[]
  /** The SBOM of the image or of its first platform, as JSON. */
  readonly sbom: string | undefined
}

/**
 * Reads the VEX documents and the SBOM that are kept with the image. Where a signature under a
 * document is verified, the document has its signer; of others the policy says whether they count.
 */
export async function layoutEvidence(
  layout: Layout,
  inputs: VexInputs,
  ports: GatePorts,
): Promise<LayoutEvidence> {
  const statements = await readStatements(layout)
  const sboms: readonly string[] = [predicateTypes.spdx, predicateTypes.cyclonedx]
  const sbom = statements.find(({ statement }) => sboms.includes(statement.predicateType))
  const signed = await signedVex(layout, inputs, ports)
  const vex = [...signed, ...withoutSigned(unsignedVex(statements), signed)]
  if (vex.length > 0) {
    ports.log.info(`VEX documents kept with the image: ${vex.length}, ${signed.length} signed`)
  }
  return {
    vex,
    sbom: sbom === undefined ? undefined : JSON.stringify(sbom.statement.predicate),
  }
}

function unsignedVex(statements: readonly KeptStatement[]): readonly VexDocument[] {
  return statements
    .filter(({ statement }) => statement.predicateType.startsWith(openvexType))
    .map(({ statement, descriptor }) => {
      const origin = { kind: 'referrer', name: descriptor.digest, signer: undefined } as const
      return readVex(JSON.stringify(statement), origin)
    })
}

/** A statement is kept beside its signed self: what it says is there once. */
function withoutSigned(
  documents: readonly VexDocument[],
  signed: readonly VexDocument[],
): readonly VexDocument[] {
  const said = new Set(signed.map(contentOf))
  return documents.filter((document) => !said.has(contentOf(document)))
}

function contentOf(document: VexDocument): string {
  return JSON.stringify({ ...document, origin: undefined })
}
