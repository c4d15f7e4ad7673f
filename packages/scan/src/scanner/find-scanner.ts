import { ConfigurationError, GateError } from '@oke-pipeline/core'
import type { Exec, Log, ToolPorts } from '@oke-pipeline/core'
import { isAtLeastVersion } from './at-least-version.ts'
import { obtainRelease } from './obtain-release.ts'
import { pathOfProgram, programIdentity } from './program-identity.ts'
import { programVersion } from './program-version.ts'
import { rememberedVersion } from './remembered-version.ts'
import { scannerTitles } from './scan-problems.ts'
import { compromiseOf, releasedVersions, scannerArchive } from './scanner-releases.ts'
import type { Architecture, ReleaseArchive } from './scanner-releases.ts'
import type { Scanner, ScannerName } from './scanner.ts'

/** Which scanner is wanted. */
export interface ScannerChoice {
  readonly name: ScannerName
  /** The program to use, whatever its version. */
  readonly file: string | undefined
  /** The one version to use; otherwise any that is new enough. */
  readonly version: string | undefined
}

/** What finding a scanner needs of the world. */
export interface FindScannerPorts extends ToolPorts {
  readonly exec: Exec
  readonly log: Log
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The processor that programs are downloaded for, as Node.js calls it. */
  readonly architecture: string
  /** Where it is kept which version a program is; undefined for nowhere. */
  readonly cache: string | undefined
}

/** The oldest versions of PATH that are used: older ones were not tried with the report readers. */
export const oldestVersions: Readonly<Record<ScannerName, string>> = {
  grype: '0.119.0',
  trivy: '0.72.0',
}

/**
 * Finds a scanner: the program given, else one in PATH at a good version, else the official
 * release, which is downloaded when it is needed.
 * @throws {@link ConfigurationError} when the program given is not there or is not the scanner,
 * {@link GateError} when its version is known as malicious.
 */
export async function findScanner(
  choice: ScannerChoice,
  ports: FindScannerPorts,
): Promise<Scanner> {
  const { name, version: wanted } = choice
  if (wanted !== undefined) refuseCompromised(name, wanted)
  if (choice.file !== undefined) return givenScanner(name, choice.file, ports)
  const installed = await installedScanner(name, ports)
  if (installed !== undefined && isGood(installed, wanted)) return installed
  const version = wanted ?? releasedVersions(name)[0] ?? ''
  ports.log.info(`${reasonToDownload(installed, choice)}: the release ${version} is used`)
  return releasedScanner(name, version, ports)
}

async function givenScanner(
  name: ScannerName,
  file: string,
  ports: FindScannerPorts,
): Promise<Scanner> {
  const found = await scannerAt(name, file, ports)
  if (found !== undefined) return { ...found, origin: 'input' }
  const title = scannerTitles[name]
  throw new ConfigurationError({
    title: `${title} "${file}" was not found`,
    explanation: `The input "${name}" names a program that is not there, or cannot be executed.`,
    remedy: `Install it in an earlier step, or leave "${name}" out to have it downloaded.`,
  })
}

function installedScanner(
  name: ScannerName,
  ports: FindScannerPorts,
): Promise<Scanner | undefined> {
  return scannerAt(name, name, ports)
}

async function scannerAt(
  name: ScannerName,
  program: string,
  ports: FindScannerPorts,
): Promise<Scanner | undefined> {
  const file = await pathOfProgram(program, ports.environment.PATH)
  if (file === undefined) return undefined
  const identity = await programIdentity(file)
  const version = await rememberedVersion(identity, ports.cache, () =>
    programVersion(name, file, ports.exec),
  )
  if (version === undefined) return undefined
  refuseCompromised(name, version)
  return { name, version, origin: 'PATH', identity, file: () => Promise.resolve(file) }
}

function isGood({ name, version }: Scanner, wanted: string | undefined): boolean {
  if (wanted !== undefined) return version === wanted
  return isAtLeastVersion(version, oldestVersions[name])
}

function reasonToDownload(installed: Scanner | undefined, choice: ScannerChoice): string {
  const title = scannerTitles[choice.name]
  if (installed === undefined) return `No ${title} in PATH`
  const wanted = choice.version ?? `${oldestVersions[choice.name]} or later`
  return `${title} ${installed.version} in PATH is not ${wanted}`
}

function releasedScanner(name: ScannerName, version: string, ports: FindScannerPorts): Scanner {
  const { archive, architecture } = archiveFor(name, version, ports.architecture)
  let obtained: Promise<string> | undefined
  return {
    name,
    version,
    origin: 'release',
    identity: `sha256:${archive.sha256}`,
    // An answer from the cache needs no program; several images need one.
    file: () => (obtained ??= obtainRelease(archive, architecture, ports)),
  }
}

function archiveFor(
  name: ScannerName,
  version: string,
  architecture: string,
): { readonly archive: ReleaseArchive; readonly architecture: Architecture } {
  const title = scannerTitles[name]
  if (architecture !== 'x64' && architecture !== 'arm64') {
    throw new ConfigurationError({
      title: `${title} cannot be downloaded for this runner`,
      explanation: `Its processor is "${architecture}"; releases are known here for x64 and arm64.`,
      remedy: `Install ${title} in an earlier step and name it in "${name}".`,
    })
  }
  const archive = scannerArchive(name, version, architecture)
  if (archive !== undefined) return { archive, architecture }
  throw new ConfigurationError({
    title: `${title} ${version} is not downloaded`,
    explanation: `Checksums are known here for ${releasedVersions(name).join(', ')}.`,
    remedy: `Take one of these, or install ${title} in an earlier step and name it in "${name}".`,
  })
}

function refuseCompromised(name: ScannerName, version: string): void {
  const known = compromiseOf(name, version)
  if (known === undefined) return
  const title = scannerTitles[name]
  throw new GateError({
    title: `${title} ${version} is malicious`,
    explanation: `It was not published by its project and steals secrets (${known}).`,
    remedy: `Remove it, take every secret of the machines that it ran on for known, and use ${releasedVersions(name)[0] ?? 'another version'}.`,
  })
}
