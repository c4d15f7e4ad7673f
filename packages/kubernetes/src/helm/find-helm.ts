import { askVersion, obtainVersion } from '../program/obtain-version.ts'
import type { PinnedProgram, ProgramPorts } from '../program/obtain-version.ts'
import { helmArchive, helmReleases } from './helm-releases.ts'

/** The majors whose rendering was tried. */
const knownMajor = /^[34]\./

const helm: PinnedProgram = {
  title: 'Helm',
  input: 'helm-version',
  releases: helmReleases,
  archiveOf: helmArchive,
}

/**
 * Finds Helm: the one in PATH if it is of the wanted version or, where none is wanted, Helm 3 or 4;
 * else the project's release of that version, which is downloaded.
 * @returns the program.
 * @throws {@link ConfigurationError} when it is not in PATH, and not one of those that are downloaded.
 */
export async function findHelm(wanted: string | undefined, ports: ProgramPorts): Promise<string> {
  const said = await askVersion(ports.exec, 'helm', ['version', '--template', '{{.Version}}'])
  const installed = said?.trim().replace(/^v/, '')
  if (installed !== undefined && isGood(installed, wanted)) {
    ports.log.info(`Helm ${installed} (PATH)`)
    return 'helm'
  }
  return obtainVersion(helm, { version: wanted ?? helmReleases[0] ?? '', installed }, ports)
}

function isGood(installed: string, wanted: string | undefined): boolean {
  return wanted === undefined ? knownMajor.test(installed) : installed === wanted
}
