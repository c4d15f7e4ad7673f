import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedDirectory } from '../../lab/provision/cache.ts'

const run = promisify(execFile)

/** The version that is installed where the machine has none. */
const version = '3.95.1'

/** How OCI CLI is called. */
export interface OciCli {
  readonly file: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly version: string
}

/**
 * OCI CLI of this machine, or the one that pip installs, once, into the folder where the lab keeps
 * its parts; that takes minutes.
 * @throws where there is neither OCI CLI nor a Python that can install it.
 */
export async function findOciCli(): Promise<OciCli> {
  const ofMachine = { file: 'oci', args: [], environment: {} }
  const found = await versionOf(ofMachine).catch(() => undefined)
  if (found !== undefined) return { ...ofMachine, version: found }
  const context = { log: console.log }
  const folder = await cachedDirectory(context, `oci-cli-${version}`, async (directory) => {
    console.log(`Installing oci-cli ${version} with pip…`)
    const binary = ['--only-binary', ':all:']
    const args = ['-m', 'pip', 'install', '--quiet', ...binary, '--target', directory]
    await run('python3', [...args, `oci-cli==${version}`])
  })
  const installed = {
    file: 'python3',
    args: [join(folder, 'bin/oci')],
    environment: { PYTHONPATH: folder },
  }
  return { ...installed, version: await versionOf(installed) }
}

async function versionOf({ file, args, environment }: Omit<OciCli, 'version'>): Promise<string> {
  const env = { ...process.env, ...environment }
  return (await run(file, [...args, '--version'], { env })).stdout.trim()
}
