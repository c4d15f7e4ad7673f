import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ServiceError, systemCodeOf } from '../errors.ts'
import type { Exec } from '../ports/exec.ts'
import type { Files } from '../ports/files.ts'
import type { Http } from '../ports/http.ts'
import { retry } from '../retry.ts'
import type { RetryPorts } from '../retry.ts'
import { download } from './download.ts'
import type { ToolStore } from './tool-store.ts'

/** What a project publishes: a gzipped archive with a program in it, or the program itself. */
export interface ToolArchive {
  /** Under which it is kept: `helm`. */
  readonly name: string
  /** What people call it: `Helm`. */
  readonly title: string
  readonly version: string
  /** The processor that it is for, as Node.js calls it. */
  readonly architecture: string
  readonly url: URL
  readonly fileName: string
  /** What its bytes must hash to. */
  readonly sha256: string
  /** Path of the program within it; undefined where the file is the program. */
  readonly member: string | undefined
}

/** What getting a tool needs. */
export interface ToolPorts extends RetryPorts {
  readonly http: Http
  readonly exec: Exec
  readonly files: Files
  /** Undefined where nothing can be kept. */
  readonly toolStore: ToolStore | undefined
}

/**
 * Gets a program out of the archive that its project publishes. The archive is checked against its
 * checksum each time, also when it comes from the tool cache, which other jobs can write to: that is
 * why the archive is kept there, and not the program.
 * @param verify looks at a fresh download, whose checksum is right, before anything is unpacked.
 * @throws {@link ServiceError} when the archive cannot be had, or is not what was published.
 */
export async function obtainTool(
  archive: ToolArchive,
  ports: ToolPorts,
  verify: (file: string) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const { files, exec, toolStore } = ports
  const folder = await files.temporaryFolder(archive.name)
  const kept = toolStore?.find(archive)
  if (kept !== undefined && (await sha256Of(kept)) === archive.sha256) {
    return programOf(kept, folder, { archive, exec })
  }
  const fresh = join(folder, archive.fileName)
  await retry(() => fetchArchive(archive, fresh, ports), ports)
  await verify(fresh)
  await toolStore?.keep(archive, fresh)
  // What was checked is unpacked, and not the copy that was made of it since.
  return programOf(fresh, folder, { archive, exec })
}

async function fetchArchive(
  archive: ToolArchive,
  target: string,
  { http }: ToolPorts,
): Promise<void> {
  await download(archive.url, { target, title: archive.title }, http)
  const sha256 = (await sha256Of(target)) ?? 'nothing'
  if (sha256 !== archive.sha256) throw wrongBytes(archive, sha256)
}

function wrongBytes({ title, url, sha256 }: ToolArchive, found: string): ServiceError {
  return new ServiceError({
    service: url.host,
    title: `The download of ${title} is not what was published`,
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

async function programOf(
  file: string,
  folder: string,
  { archive, exec }: { readonly archive: ToolArchive; readonly exec: Exec },
): Promise<string> {
  const { name, fileName, member, sha256 } = archive
  if (member !== undefined) return unpack(file, folder, { name, member, exec })
  const program = join(folder, fileName)
  if (program !== file) await copyFile(file, program)
  if ((await sha256Of(program)) !== sha256) throw wrongBytes(archive, 'of another file')
  await chmod(program, 0o755)
  return program
}

async function unpack(
  file: string,
  folder: string,
  { name, member, exec }: { readonly name: string; readonly member: string; readonly exec: Exec },
): Promise<string> {
  const { exitCode, stderr } = await exec.run({
    file: 'tar',
    args: [
      ...['--extract', '--gzip', '--no-same-owner', '--file', file],
      ...['--directory', folder, member],
    ],
  })
  if (exitCode === 0) return join(folder, member)
  throw new ServiceError({
    service: 'tar',
    title: `The archive of ${name} could not be unpacked`,
    explanation: `tar ended with exit status ${exitCode}: ${stderr.trim()}`,
    remedy: 'Check that this runner has tar and gzip, and room on its disk.',
  })
}
