import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { runCommand } from '../command.ts'
import { messageOf, rootCauseOf } from '../error-code.ts'
import { cachedDirectory, findCached } from './cache.ts'
import { thisArchitecture } from './machine.ts'
import type { Outcome, Part, ProvisionContext, Release, Source } from './part.ts'
import { reportProgress } from './progress.ts'
import { readZipMember } from './zip.ts'

const connectTimeoutMilliseconds = 5000
const stallTimeoutMilliseconds = 30_000

/** The projects' official releases, by version and checksum. */
export const officialRelease: Source = { find: findRelease, obtain: obtainRelease }

async function findRelease(part: Part, context: ProvisionContext): Promise<Outcome> {
  const release = releaseFor(part)
  return release === undefined ? {} : findCached(context, cacheKey(release), part.name)
}

/** A wrong checksum is an error, a server out of reach is not: another source may have the part. */
async function obtainRelease(part: Part, context: ProvisionContext): Promise<Outcome> {
  const release = releaseFor(part)
  if (release === undefined) return {}
  const { host } = new URL(release.url)
  if (context.unreachableHosts?.has(host) === true) return { reason: `${host} cannot be reached` }
  try {
    const directory = await cachedDirectory(context, cacheKey(release), async (target) => {
      await download(part, release, context, join(target, 'download'))
      await unpack(part, release, target)
    })
    return { path: join(directory, part.name) }
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error
    context.unreachableHosts?.add(host)
    context.log(`${error.message}: trying other sources of ${part.name}.`)
    return { reason: error.message }
  }
}

class UnreachableError extends Error {}

function releaseFor(part: Part): Release | undefined {
  const architecture = thisArchitecture()
  return architecture === undefined ? undefined : part.release?.[architecture]
}

function checksumOf(release: Release): {
  readonly algorithm: 'sha256' | 'sha512'
  readonly value: string
} {
  return 'sha256' in release
    ? { algorithm: 'sha256', value: release.sha256 }
    : { algorithm: 'sha512', value: release.sha512 }
}

function cacheKey(release: Release): string {
  return `release-${basename(new URL(release.url).pathname)}-${checksumOf(release).value.slice(0, 16)}`
}

/** Downloads into a file and verifies it before anybody looks into it. */
async function download(
  part: Part,
  release: Release,
  context: ProvisionContext,
  file: string,
): Promise<void> {
  const { host } = new URL(release.url)
  const { algorithm, value } = checksumOf(release)
  const stop = new AbortController()
  const response = await connect(release.url, stop, context.signal)
  context.log(`Downloading ${part.name} ${part.version} from ${host}.`)
  const hash = createHash(algorithm)
  let bytes = 0
  const progress = reportProgress(
    context.log,
    () => `Downloading ${part.name}: ${Math.round(bytes / 1e6)} MB`,
  )
  try {
    const chunks = withoutStalls(response, stop)
    const hashed = mapChunks(chunks, (chunk) => {
      hash.update(chunk)
      bytes += chunk.length
    })
    await pipeline(hashed, createWriteStream(file))
  } catch (cause) {
    throw unreachable(release.url, cause)
  } finally {
    progress.stop()
  }
  const actual = hash.digest('hex')
  if (actual !== value) throw new Error(refused(part, release, actual))
}

function refused(part: Part, release: Release, actual: string): string {
  const { algorithm, value } = checksumOf(release)
  return `Refused the download of ${part.name} ${part.version}: "${release.url}" has ${algorithm} ${actual} instead of ${value}. Nothing of it was kept; find out why that file changed before you use it.`
}

async function connect(
  url: string,
  stop: AbortController,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const timer = setTimeout(() => {
    stop.abort(new Error(`no answer within ${connectTimeoutMilliseconds / 1000} s`))
  }, connectTimeoutMilliseconds)
  try {
    const signals = signal === undefined ? [stop.signal] : [stop.signal, signal]
    const response = await fetch(url, { signal: AbortSignal.any(signals) })
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    return response
  } catch (cause) {
    throw unreachable(url, cause)
  } finally {
    clearTimeout(timer)
  }
}

async function* withoutStalls(
  response: Response,
  stop: AbortController,
): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  const onStall = (): void => {
    stop.abort(new Error(`nothing came for ${stallTimeoutMilliseconds / 1000} s`))
  }
  let timer = setTimeout(onStall, stallTimeoutMilliseconds)
  try {
    for await (const chunk of response.body) {
      clearTimeout(timer)
      timer = setTimeout(onStall, stallTimeoutMilliseconds)
      yield chunk
    }
  } finally {
    clearTimeout(timer)
  }
}

async function* mapChunks(
  chunks: AsyncIterable<Uint8Array>,
  look: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    look(chunk)
    yield chunk
  }
}

function unreachable(url: string, cause: unknown): UnreachableError {
  const why = messageOf(rootCauseOf(cause))
  return new UnreachableError(`${new URL(url).host} cannot be reached (${why})`, { cause })
}

async function unpack(part: Part, release: Release, directory: string): Promise<void> {
  const archive = join(directory, 'download')
  const target = join(directory, part.name)
  if (release.member === undefined) await rename(archive, target)
  else if (release.url.endsWith('.zip')) {
    await writeFile(target, readZipMember(await readFile(archive), release.member))
  } else {
    const others = (release.together ?? []).filter((other) => other !== release.member)
    await unpackTar(archive, [release.member, ...others], directory)
    await rename(join(directory, basename(release.member)), target)
  }
  await chmod(target, 0o755)
  await rm(archive, { force: true })
}

async function unpackTar(
  archive: string,
  members: readonly string[],
  directory: string,
): Promise<void> {
  const unpacked = join(directory, 'unpacked')
  await mkdir(unpacked)
  await runCommand('tar', ['--extract', '--file', archive, '--directory', unpacked, ...members])
  for (const member of members) {
    await rename(join(unpacked, member), join(directory, basename(member)))
  }
  await rm(unpacked, { recursive: true })
}
