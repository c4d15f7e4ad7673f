import { ConfigurationError, obtainTool } from '@oke-pipeline/core'
import type { Exec, Log, ToolPorts } from '@oke-pipeline/core'
import { fieldOf } from '../json.ts'
import type { Json } from '../json.ts'
import { kubectlProgram, kubectlReleases } from './kubectl-releases.ts'

/** What finding kubectl needs of the world. */
export interface KubectlPorts extends ToolPorts {
  readonly log: Log
  /** The processor that programs are downloaded for, as Node.js calls it. */
  readonly architecture: string
}

/**
 * Gives kubectl, which is looked for only when something is to be rendered by it, and only once.
 * @throws {@link ConfigurationError} or {@link ServiceError} when the wanted version cannot be had.
 */
export type KubectlFinder = () => Promise<string>

/**
 * A finder of kubectl: the one in PATH if it is of the wanted version, or where none is wanted; else
 * the project's release of that version, which is downloaded.
 */
export function kubectlFinder(wanted: string | undefined, ports: KubectlPorts): KubectlFinder {
  let found: Promise<string> | undefined
  return () => (found ??= findKubectl(wanted, ports))
}

async function findKubectl(wanted: string | undefined, ports: KubectlPorts): Promise<string> {
  if (wanted === undefined) return 'kubectl'
  const installed = await installedVersion(ports.exec)
  if (installed === wanted) {
    ports.log.info(`kubectl ${installed} (PATH)`)
    return 'kubectl'
  }
  const program = kubectlProgram(wanted, ports.architecture)
  if (program === undefined) throw notDownloaded(wanted, installed, ports.architecture)
  const reason = installed === undefined ? 'none in PATH' : `${installed} in PATH`
  ports.log.info(`kubectl ${wanted} (${program.url.href}, by its SHA-256; ${reason})`)
  return obtainTool(program, ports)
}

/** As kubectl says it, without the "v"; undefined where there is none. */
async function installedVersion(exec: Exec): Promise<string | undefined> {
  try {
    const { stdout } = await exec.run({
      file: 'kubectl',
      args: ['version', '--client', '--output=json'],
      timeoutSeconds: 30,
    })
    const version = fieldOf(JSON.parse(stdout) as Json, 'clientVersion', 'gitVersion')
    return typeof version === 'string' ? version.replace(/^v/, '') : undefined
  } catch (error) {
    // The port reports a program that is not there as a mistake of configuration.
    if (error instanceof ConfigurationError || error instanceof SyntaxError) return undefined
    throw error
  }
}

function notDownloaded(
  version: string,
  installed: string | undefined,
  architecture: string,
): ConfigurationError {
  const found = installed === undefined ? 'There is no kubectl in PATH' : `In PATH is ${installed}`
  return new ConfigurationError({
    title: `kubectl ${version} is not downloaded`,
    explanation: `${found}; checksums are known here for ${kubectlReleases.join(', ')}, for x64 and arm64, and this runner is ${architecture}.`,
    remedy: 'Take one of these by "kubectl-version", or install kubectl in an earlier step.',
  })
}
