import { createHash } from 'node:crypto'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { runCommand } from '../command.ts'
import { cachedDirectory } from './cache.ts'
import { thisArchitecture } from './machine.ts'
import type { Outcome, Part, ProvisionContext, Release } from './part.ts'
import { readZipMember } from './zip.ts'

const connectTimeoutMilliseconds = 5000
const downloadTimeoutMilliseconds = 600_000

/** Downloads a part's official release; a wrong checksum is an error, an unreachable server is not. */
export async function downloadRelease(part: Part, context: ProvisionContext): Promise<Outcome> {
  const architecture = thisArchitecture()
  const release = architecture === undefined ? undefined : part.release?.[architecture]
  if (release === undefined) return {}
  const key = `release-${part.name}-${part.version}-${release.sha256.slice(0, 16)}`
  try {
    const directory = await cachedDirectory(context, key, async (target) => {
      await writeExecutable(part, release, await download(part, release, context), target)
    })
    return { path: join(directory, part.name) }
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error
    context.log(`${error.message}: trying the next source of ${part.name}.`)
    return { reason: error.message }
  }
}

/** The server of a release did not answer; other sources may still have the part. */
class UnreachableError extends Error {}

async function download(part: Part, release: Release, context: ProvisionContext): Promise<Buffer> {
  context.log(`Downloading ${part.name} ${part.version} from ${new URL(release.url).host}.`)
  const response = await connect(release.url, context.signal)
  const content = Buffer.from(await readBody(release.url, response))
  const actual = createHash('sha256').update(content).digest('hex')
  if (actual !== release.sha256) {
    throw new Error(
      `Refused the download of ${part.name} ${part.version}: "${release.url}" has SHA-256 ${actual} instead of ${release.sha256}. Nothing of it was kept; do not use that file, and find out why it changed.`,
    )
  }
  return content
}

async function connect(url: string, signal: AbortSignal | undefined): Promise<Response> {
  const timeout = new AbortController()
  const timer = setTimeout(() => {
    timeout.abort(new Error(`no answer within ${connectTimeoutMilliseconds / 1000} s`))
  }, connectTimeoutMilliseconds)
  const signals = [timeout.signal, AbortSignal.timeout(downloadTimeoutMilliseconds)]
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any(signal === undefined ? signals : [...signals, signal]),
    })
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    return response
  } catch (cause) {
    throw unreachable(url, cause)
  } finally {
    clearTimeout(timer)
  }
}

async function readBody(url: string, response: Response): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer()
  } catch (cause) {
    throw unreachable(url, cause)
  }
}

function unreachable(url: string, cause: unknown): UnreachableError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const why = inner instanceof Error ? inner.message : String(inner)
  return new UnreachableError(`${new URL(url).host} cannot be reached (${why})`, { cause })
}

async function writeExecutable(
  part: Part,
  release: Release,
  content: Buffer,
  directory: string,
): Promise<void> {
  const target = join(directory, part.name)
  if (release.member === undefined) await writeFile(target, content)
  else if (release.url.endsWith('.zip')) {
    await writeFile(target, readZipMember(content, release.member))
  } else await unpackTar(content, release.url, release.member, directory, target)
  await chmod(target, 0o755)
}

async function unpackTar(
  content: Buffer,
  url: string,
  member: string,
  directory: string,
  target: string,
): Promise<void> {
  const archive = join(directory, basename(new URL(url).pathname))
  const unpacked = join(directory, 'unpacked')
  await writeFile(archive, content)
  await mkdir(unpacked)
  await runCommand('tar', ['--extract', '--file', archive, '--directory', unpacked, member])
  await rename(join(unpacked, member), target)
  await Promise.all([rm(archive), rm(unpacked, { recursive: true })])
}
