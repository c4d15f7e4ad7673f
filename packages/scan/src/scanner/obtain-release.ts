import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ServiceError, retry, systemCodeOf } from '@oke-pipeline/core'
import type { Exec, Files, Http, RetryPorts } from '@oke-pipeline/core'
import { download } from './download-file.ts'
import { scannerTitles } from './scan-problems.ts'
import type { Architecture, ReleaseArchive } from './scanner-releases.ts'
import type { ToolStore } from './tool-store.ts'
import { verifySignature } from './verify-signature.ts'

/** What getting a release needs. */
export interface ReleasePorts extends RetryPorts {
  readonly http: Http
  readonly exec: Exec
  readonly files: Files
  /** Undefined where nothing can be kept. */
  readonly toolStore: ToolStore | undefined
}

/**
 * Gets a scanner's program out of a release. The archive is checked against its checksum each time,
 * also when it comes from the tool cache, which other jobs can write to: that is why the archive
 * is kept there, and not the program.
 * @throws {@link ServiceError} when the release cannot be had, or is not what was published.
 */
export async function obtainRelease(
  archive: ReleaseArchive,
  architecture: Architecture,
  ports: ReleasePorts,
): Promise<string> {
  const { files, exec, toolStore } = ports
  const { scanner: name, version, fileName } = archive
  const folder = await files.temporaryFolder(name)
  const tool = { name, version, architecture, fileName }
  const kept = toolStore?.find(tool)
  if (kept !== undefined && (await sha256Of(kept)) === archive.sha256) {
    return unpack(kept, { folder, name }, exec)
  }
  const fresh = join(folder, fileName)
  await retry(() => fetchArchive(archive, fresh, ports), ports)
  await verifySignature(archive, fresh, ports)
  await toolStore?.keep(tool, fresh)
  // What was checked is unpacked, and not the copy that was made of it since.
  return unpack(fresh, { folder, name }, exec)
}

async function fetchArchive(
  archive: ReleaseArchive,
  target: string,
  { http }: ReleasePorts,
): Promise<void> {
  await download(archive.url, { target, title: scannerTitles[archive.scanner] }, http)
  const sha256 = (await sha256Of(target)) ?? 'nothing'
  if (sha256 !== archive.sha256) throw wrongBytes(archive, sha256)
}

function wrongBytes({ scanner, url, sha256 }: ReleaseArchive, found: string): ServiceError {
  return new ServiceError({
    service: url.host,
    title: `The download of ${scannerTitles[scanner]} is not what was published`,
    explanation: `${url.href} has the SHA-256 ${found}, and ${sha256} was published.`,
    remedy: 'Nothing of it was run. Find out who changed it, a proxy perhaps, before you go on.',
  })
}

async function sha256Of(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
  return hash.digest('hex')
}

async function unpack(
  archive: string,
  { folder, name }: { readonly folder: string; readonly name: string },
  exec: Exec,
): Promise<string> {
  const { exitCode, stderr } = await exec.run({
    file: 'tar',
    args: [
      ...['--extract', '--gzip', '--no-same-owner', '--file', archive],
      ...['--directory', folder, name],
    ],
  })
  if (exitCode === 0) return join(folder, name)
  throw new ServiceError({
    service: 'tar',
    title: `The archive of ${name} could not be unpacked`,
    explanation: `tar ended with exit status ${exitCode}: ${stderr.trim()}`,
    remedy: 'Check that this runner has tar and gzip, and room on its disk.',
  })
}
