import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ServiceError, isRetryableStatus, retry, systemCodeOf } from '@oke-pipeline/core'
import type { Exec, Http, RetryPorts } from '@oke-pipeline/core'
import type { ReleaseArchive } from './grype-releases.ts'

/** Where releases come from and go to. */
export interface ReleasePlaces {
  /** The address that has a folder for each version. */
  readonly releases: URL
  /** Where archives are kept between jobs; undefined when the runner has no such place. */
  readonly toolCache: string | undefined
  /** A folder of this step's own. */
  readonly temporary: string
}

/** What getting a release needs. */
export interface DownloadPorts extends RetryPorts {
  readonly http: Http
  readonly exec: Exec
}

/** The place of Grype's official releases. */
export const grypeReleases = new URL('https://github.com/anchore/grype/releases/download/')

const downloadSeconds = 300

/**
 * Gets the program `grype` out of a release. The archive is checked against its checksum each time,
 * also when it comes from the tool cache, which other jobs can write to: that is why the archive
 * is kept there, and not the program.
 * @throws {@link ServiceError} when the release cannot be had, or is not what was published.
 */
export async function downloadRelease(
  archive: ReleaseArchive,
  places: ReleasePlaces,
  ports: DownloadPorts,
): Promise<string> {
  const kept = join(
    places.toolCache ?? places.temporary,
    ...['oke-pipeline', 'grype', archive.version, archive.fileName],
  )
  if ((await sha256Of(kept)) !== archive.sha256) {
    await retry(() => fetchArchive(archive, { places, kept }, ports), ports)
  }
  return unpack(kept, places.temporary, ports.exec)
}

async function fetchArchive(
  archive: ReleaseArchive,
  { places, kept }: { readonly places: ReleasePlaces; readonly kept: string },
  ports: DownloadPorts,
): Promise<void> {
  const url = new URL(`v${archive.version}/${archive.fileName}`, places.releases)
  const part = `${kept}.${randomUUID()}`
  await mkdir(dirname(kept), { recursive: true })
  try {
    await save(url, part, ports.http)
    const sha256 = (await sha256Of(part)) ?? 'nothing'
    if (sha256 !== archive.sha256) throw wrongBytes(url, sha256, archive.sha256)
    await rename(part, kept)
  } finally {
    await rm(part, { force: true })
  }
}

async function save(url: URL, path: string, http: Http): Promise<void> {
  const response = await request(url, http)
  if (!response.ok || response.body === null) {
    throw notDownloaded(url, {
      why: `it answered with status ${response.status}`,
      isRetryable: isRetryableStatus(response.status),
    })
  }
  try {
    await pipeline(Readable.fromWeb(response.body), createWriteStream(path))
  } catch (error) {
    if (systemCodeOf(error) === 'ENOSPC') throw error
    throw notDownloaded(url, { why: 'the transfer broke off', isRetryable: true, cause: error })
  }
}

async function request(url: URL, http: Http): Promise<Response> {
  try {
    return await http.request({
      method: 'GET',
      url,
      service: url.host,
      timeoutSeconds: downloadSeconds,
    })
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    throw notDownloaded(url, { why: 'there was no answer', isRetryable: true, cause: error })
  }
}

function notDownloaded(
  url: URL,
  {
    why,
    isRetryable,
    cause,
  }: { readonly why: string; readonly isRetryable: boolean; readonly cause?: unknown },
): ServiceError {
  return new ServiceError({
    service: url.host,
    isRetryable,
    title: 'Grype could not be downloaded',
    explanation: `Its release is at ${url.href}, and ${why}.`,
    remedy: withoutDownload,
    cause,
  })
}

const withoutDownload =
  'Where this runner cannot reach it, install Grype in an earlier step, in PATH or as the input "grype".'

function wrongBytes(url: URL, found: string, wanted: string): ServiceError {
  return new ServiceError({
    service: url.host,
    title: 'The download of Grype is not what was published',
    explanation: `${url.href} has the SHA-256 ${found}, and ${wanted} was published.`,
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

async function unpack(archive: string, folder: string, exec: Exec): Promise<string> {
  const member = 'grype'
  const { exitCode, stderr } = await exec.run({
    file: 'tar',
    args: [
      '--extract',
      '--gzip',
      '--no-same-owner',
      '--file',
      archive,
      '--directory',
      folder,
      member,
    ],
  })
  if (exitCode === 0) return join(folder, member)
  throw new ServiceError({
    service: 'tar',
    title: 'Grype could not be unpacked',
    explanation: `tar ended with exit status ${exitCode}: ${stderr.trim()}`,
    remedy: 'Check that this runner has tar and gzip, and room on its disk.',
  })
}
