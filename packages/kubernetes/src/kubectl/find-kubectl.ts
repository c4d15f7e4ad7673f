import { fieldOf } from '../json.ts'
import type { Json } from '../json.ts'
import { askVersion, obtainVersion } from '../program/obtain-version.ts'
import type { PinnedProgram, ProgramPorts } from '../program/obtain-version.ts'
import { kubectlProgram, kubectlReleases } from './kubectl-releases.ts'

const kubectl: PinnedProgram = {
  title: 'kubectl',
  input: 'kubectl-version',
  releases: kubectlReleases,
  archiveOf: kubectlProgram,
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
export function kubectlFinder(wanted: string | undefined, ports: ProgramPorts): KubectlFinder {
  let found: Promise<string> | undefined
  return () => (found ??= findKubectl(wanted, ports))
}

async function findKubectl(wanted: string | undefined, ports: ProgramPorts): Promise<string> {
  if (wanted === undefined) return 'kubectl'
  const args = ['version', '--client', '--output=json']
  const installed = versionIn(await askVersion(ports.exec, 'kubectl', args))
  if (installed === wanted) {
    ports.log.info(`kubectl ${installed} (PATH)`)
    return 'kubectl'
  }
  return obtainVersion(kubectl, { version: wanted, installed }, ports)
}

/** Without the "v"; undefined where kubectl is not there, or says something else. */
function versionIn(said: string | undefined): string | undefined {
  if (said === undefined) return undefined
  try {
    const version = fieldOf(JSON.parse(said) as Json, 'clientVersion', 'gitVersion')
    return typeof version === 'string' ? version.replace(/^v/, '') : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
