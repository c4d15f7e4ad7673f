import { obtainTool } from '@oke-pipeline/core'
import type { ToolPorts } from '@oke-pipeline/core'
import { scannerTitles } from './scan-problems.ts'
import type { Architecture, ReleaseArchive } from './scanner-releases.ts'
import { verifySignature } from './verify-signature.ts'

/**
 * Gets a scanner's program out of a release, whose checksum and, with cosign, signature hold.
 * @throws {@link ServiceError} when the release cannot be had, or is not what was published.
 */
export function obtainRelease(
  archive: ReleaseArchive,
  architecture: Architecture,
  ports: ToolPorts,
): Promise<string> {
  const { scanner: name } = archive
  const tool = { ...archive, name, title: scannerTitles[name], architecture, member: name }
  return obtainTool(tool, ports, (file) => verifySignature(archive, file, ports))
}
