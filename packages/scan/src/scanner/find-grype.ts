import { ConfigurationError } from '@oke-pipeline/core'
import type { Exec, Log } from '@oke-pipeline/core'
import type { GrypeVersion } from './grype-releases.ts'
import { installedVersion } from './installed-version.ts'

/** A Grype that can be run. */
export interface FoundGrype {
  readonly file: string
  readonly version: string
  readonly origin: 'input' | 'PATH' | 'release'
}

/** Which Grype is wanted. */
export interface GrypeChoice {
  /** The program to use, whatever its version. */
  readonly file: string | undefined
  /** The one version to use; otherwise any that is new enough. */
  readonly version: GrypeVersion | undefined
}

/** What finding needs; `download` gets the release of a version, verified, and unpacks it. */
export interface FindPorts {
  readonly exec: Exec
  readonly log: Log
  readonly download: (version: GrypeVersion) => Promise<string>
}

/** The version that is downloaded when none is wanted in particular. */
export const defaultVersion: GrypeVersion = '0.120.1'

/** The oldest version of PATH that is used: older ones were not tried with the report reader. */
export const oldestVersion = '0.119.0'

/**
 * Finds Grype: the program given, else one in PATH at a good version, else the official release.
 * @throws {@link ConfigurationError} when the program given is not there or is not Grype.
 */
export async function findGrype(choice: GrypeChoice, ports: FindPorts): Promise<FoundGrype> {
  if (choice.file !== undefined) return useGiven(choice.file, ports.exec)
  const version = await installedVersion('grype', ports.exec)
  if (version !== undefined && isGood(version, choice.version)) {
    return { file: 'grype', version, origin: 'PATH' }
  }
  const wanted = choice.version ?? defaultVersion
  ports.log.info(`${reasonToDownload(version, choice)}: getting the release ${wanted}`)
  return { file: await ports.download(wanted), version: wanted, origin: 'release' }
}

async function useGiven(file: string, exec: Exec): Promise<FoundGrype> {
  const version = await installedVersion(file, exec)
  if (version !== undefined) return { file, version, origin: 'input' }
  throw new ConfigurationError({
    title: `Grype "${file}" was not found`,
    explanation: 'The input "grype" names a program that is not there, or cannot be executed.',
    remedy: 'Install it in an earlier step, or leave "grype" out to have it downloaded.',
  })
}

function reasonToDownload(version: string | undefined, choice: GrypeChoice): string {
  if (version === undefined) return 'No Grype in PATH'
  return `Grype ${version} in PATH is not ${choice.version ?? `${oldestVersion} or later`}`
}

function isGood(version: string, wanted: GrypeVersion | undefined): boolean {
  return wanted === undefined ? isAtLeastVersion(version, oldestVersion) : version === wanted
}

/** Whether a version of the same major is as new as another; no version at all is not. */
export function isAtLeastVersion(version: string, oldest: string): boolean {
  const [numbers, bound] = [numbersOf(version), numbersOf(oldest)]
  if (numbers === undefined || bound === undefined || numbers[0] !== bound[0]) return false
  const difference = numbers.map((number, index) => number - (bound[index] ?? 0))
  return (difference.find((value) => value !== 0) ?? 0) >= 0
}

function numbersOf(version: string): readonly number[] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version)
  return match?.slice(1).map(Number)
}
