import { ConfigurationError, obtainTool } from '@oke-pipeline/core'
import type { Exec, Log, ToolPorts } from '@oke-pipeline/core'
import { helmArchive, helmReleases } from './helm-releases.ts'

/** What finding Helm needs of the world. */
export interface HelmPorts extends ToolPorts {
  readonly log: Log
  /** The processor that programs are downloaded for, as Node.js calls it. */
  readonly architecture: string
}

/** The majors whose rendering was tried. */
const knownMajor = /^[34]\./

/**
 * Finds Helm: the one in PATH if it is of the wanted version or, where none is wanted, Helm 3 or 4;
 * else the project's release of that version, which is downloaded.
 * @returns the program.
 * @throws {@link ConfigurationError} when it is not in PATH, and not one of those that are downloaded.
 */
export async function findHelm(wanted: string | undefined, ports: HelmPorts): Promise<string> {
  const installed = await installedVersion(ports.exec)
  if (installed !== undefined && isGood(installed, wanted)) {
    ports.log.info(`Helm ${installed} (PATH)`)
    return 'helm'
  }
  const version = wanted ?? helmReleases[0] ?? ''
  const archive = helmArchive(version, ports.architecture)
  if (archive === undefined) throw notDownloaded(version, installed, ports.architecture)
  const reason = installed === undefined ? 'none in PATH' : `${installed} in PATH`
  ports.log.info(`Helm ${version} (${archive.url.href}, by its SHA-256; ${reason})`)
  return obtainTool(archive, ports)
}

function isGood(installed: string, wanted: string | undefined): boolean {
  return wanted === undefined ? knownMajor.test(installed) : installed === wanted
}

/** As Helm says it, without the "v"; undefined where there is no Helm. */
async function installedVersion(exec: Exec): Promise<string | undefined> {
  try {
    const { stdout } = await exec.run({
      file: 'helm',
      args: ['version', '--template', '{{.Version}}'],
      timeoutSeconds: 30,
    })
    return stdout.trim().replace(/^v/, '')
  } catch (error) {
    // The port reports a program that is not there as a mistake of configuration.
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

function notDownloaded(
  version: string,
  installed: string | undefined,
  architecture: string,
): ConfigurationError {
  const found = installed === undefined ? 'There is no Helm in PATH' : `In PATH is ${installed}`
  return new ConfigurationError({
    title: `Helm ${version} is not downloaded`,
    explanation: `${found}; checksums are known here for ${helmReleases.join(', ')}, for x64 and arm64, and this runner is ${architecture}.`,
    remedy: 'Take one of these by "helm-version", or install Helm in an earlier step.',
  })
}
