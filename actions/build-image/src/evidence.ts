import { ConfigurationError } from '@oke-pipeline/core'
import type { BuildPorts } from './build-request.ts'
import type { Built, ImageFacts } from './facts.ts'

/** What is kept with the image, and where it can be read. */
export interface EvidenceFiles {
  readonly provenance: string | undefined
  readonly sbom: string | undefined
  readonly archive: string | undefined
}

/** Phase "evidence" (branch evidence): statements into the layout, then the archive of all of it. */
export function keepEvidence(
  built: Built,
  ...[]: readonly [facts: ImageFacts, ports: BuildPorts]
): Promise<EvidenceFiles> {
  const { attests, archive, sbom } = built.request.inputs
  if (attests !== undefined || archive !== undefined || sbom !== 'false') {
    throw new ConfigurationError({ title: 'Evidence is not kept yet', explanation: '' })
  }
  return Promise.resolve({ provenance: undefined, sbom: undefined, archive: undefined })
}
