import { ConfigurationError } from '@oke-pipeline/core'
import { downloadRelease, findGrype, releaseArchive } from '@oke-pipeline/scan'
import type { FoundGrype, GrypeVersion } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import type { GatePorts } from './gate-ports.ts'

/** The Grype to scan with: given, found or downloaded. */
export async function obtainGrype(inputs: Inputs, ports: GatePorts): Promise<FoundGrype> {
  const { scanner, log } = ports
  const download = (version: GrypeVersion): Promise<string> => getRelease(version, ports)
  const found = await findGrype(
    { file: inputs.grype, version: inputs['grype-version'] },
    { exec: scanner, log, download },
  )
  log.info(`Grype ${found.version} (${found.origin})`)
  return found
}

async function getRelease(version: GrypeVersion, ports: GatePorts): Promise<string> {
  const { architecture, releases, toolCache, files } = ports
  if (architecture !== 'x64' && architecture !== 'arm64') {
    throw new ConfigurationError({
      title: 'Grype cannot be downloaded for this runner',
      explanation: `Its processor is "${architecture}"; releases are known here for x64 and arm64.`,
      remedy: 'Install Grype in an earlier step and name it in "grype".',
    })
  }
  const temporary = await files.temporaryFolder('grype')
  return downloadRelease(
    releaseArchive(version, architecture),
    { releases, toolCache, temporary },
    ports,
  )
}
