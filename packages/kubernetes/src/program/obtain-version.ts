import { ConfigurationError, obtainTool } from '@oke-pipeline/core'
import type { Exec, Log, ToolArchive, ToolPorts } from '@oke-pipeline/core'

/** What obtaining a program needs of the world. */
export interface ProgramPorts extends ToolPorts {
  readonly log: Log
  /** The processor that programs are downloaded for, as Node.js calls it. */
  readonly architecture: string
}

/** A program whose versions are known here by their checksums. */
export interface PinnedProgram {
  /** As people call it: `Helm`. */
  readonly title: string
  /** The input that names its version. */
  readonly input: string
  /** The versions that can be downloaded. */
  readonly releases: readonly string[]
  /** The download of a version; undefined where none is known. */
  readonly archiveOf: (version: string, architecture: string) => ToolArchive | undefined
}

/** Which version is to be had, and which one is in PATH. */
export interface WantedVersion {
  readonly version: string
  readonly installed: string | undefined
}

/**
 * Downloads a version that is not the one in PATH, by its SHA-256.
 * @returns the program.
 * @throws {@link ConfigurationError} when its checksum is not known here.
 */
export async function obtainVersion(
  program: PinnedProgram,
  { version, installed }: WantedVersion,
  ports: ProgramPorts,
): Promise<string> {
  const archive = program.archiveOf(version, ports.architecture)
  if (archive === undefined) throw notDownloaded(program, { version, installed }, ports)
  const reason = installed === undefined ? 'none in PATH' : `${installed} in PATH`
  const source = `${archive.url.href}, by its SHA-256`
  ports.log.info(`${program.title} ${version} (${source}; ${reason})`)
  return obtainTool(archive, ports)
}

/** What a program in PATH says of its version; undefined where there is no such program. */
export async function askVersion(
  exec: Exec,
  file: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    return (await exec.run({ file, args, timeoutSeconds: 30 })).stdout
  } catch (error) {
    // The port reports a program that is not there as a mistake of configuration.
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

function notDownloaded(
  { title, input, releases }: PinnedProgram,
  { version, installed }: WantedVersion,
  { architecture }: ProgramPorts,
): ConfigurationError {
  const found = installed === undefined ? `There is no ${title} in PATH` : `In PATH is ${installed}`
  return new ConfigurationError({
    title: `${title} ${version} is not downloaded`,
    explanation: `${found}; checksums are known here for ${releases.join(', ')}, for x64 and arm64, and this runner is ${architecture}.`,
    remedy: `Take one of these by "${input}", or install ${title} in an earlier step.`,
  })
}
