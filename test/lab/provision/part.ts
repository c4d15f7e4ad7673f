import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { goBuild } from './go-build.ts'
import { npmArchive } from './npm-archive.ts'
import { onPath } from './on-path.ts'
import { officialRelease } from './release.ts'
import { wheel } from './wheel.ts'

/** A processor architecture that parts are published for, in Node's spelling. */
export type Architecture = 'x64' | 'arm64'

/** A file of a project's official release, by its exact content. */
export type Release = {
  readonly url: string
  /** Path of the executable inside the archive; without it the file itself is the executable. */
  readonly member?: string
  /** Executables of other parts in the same archive: unpacked at the same time, so that it is downloaded once. */
  readonly together?: readonly string[]
} & ({ readonly sha256: string } | { readonly sha512: string })

/** A program to build from a Go module whose go.sum pins everything. */
export interface GoProgram {
  /** Folder below test/lab/go. */
  readonly module: string
  /** Package path to build, relative ('.') or a full import path. */
  readonly package: string
  readonly ldflags?: string
  readonly tags?: string
  readonly env?: Readonly<Record<string, string>>
  /** How long a build from empty caches takes on two cores. */
  readonly usuallySeconds: number
}

/** A program inside an archive (zip) that an npm package of ours carries. */
export interface NpmArchive {
  readonly package: string
  readonly archive: string
  readonly member: string
}

/** A program inside a wheel, by version (the part's) and checksum. */
export interface Wheel {
  readonly package: string
  readonly sha256: Readonly<Record<Architecture, string>>
  readonly member: string
}

/** How to ask a program on PATH whether it is a good version. */
export interface PathCheck {
  readonly args: readonly string[]
  readonly accepts: (output: string) => boolean
}

/** A program that the lab runs, and where it may come from, in order of preference. */
export interface Part {
  /** The executable's name. */
  readonly name: string
  readonly version: string
  readonly onPath?: PathCheck
  readonly release?: Readonly<Partial<Record<Architecture, Release>>>
  readonly npm?: NpmArchive
  readonly pypi?: Wheel
  readonly go?: GoProgram
}

/** What providing a part needs to know about the machine and the caller. */
export interface ProvisionContext {
  readonly log: (line: string) => void
  readonly signal?: AbortSignal
  /** Defaults to the process's own environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Defaults to the folder test/lab/go. */
  readonly goDirectory?: string
  /** Hosts that did not answer; they are added, and not asked again. */
  readonly unreachableHosts?: Set<string>
}

/** What a source answers: the executable, or why it has none (nothing if the part does not come from there). */
export type Outcome = { readonly path: string } | { readonly reason?: string }

/** A place that parts come from. */
export interface Source {
  /** The part, where this source has it ready without downloading or building anything. */
  find(part: Part, context: ProvisionContext): Promise<Outcome>
  /** Gets the part, however long that takes. */
  obtain(part: Part, context: ProvisionContext): Promise<Outcome>
}

const sources: readonly Source[] = [onPath, officialRelease, npmArchive, wheel, goBuild]

/**
 * Absolute path of an executable of the part.
 * What the user names comes first, then what some source has ready, then the first source that can get it.
 */
export async function provide(part: Part, context: ProvisionContext): Promise<string> {
  const explicit = explicitPath(part, context)
  if (explicit !== undefined) return explicit
  for (const source of sources) {
    const outcome = await source.find(part, context)
    if ('path' in outcome) return outcome.path
  }
  const reasons: string[] = []
  for (const source of sources) {
    const outcome = await source.obtain(part, context)
    if ('path' in outcome) return outcome.path
    if (outcome.reason !== undefined) reasons.push(outcome.reason)
  }
  throw new Error(unavailable(part, reasons))
}

/** Name of the environment variable that points the lab at an executable of the user's. */
export function explicitPathVariable(part: Part): string {
  return `OKE_LAB_${part.name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
}

function explicitPath(part: Part, context: ProvisionContext): string | undefined {
  const variable = explicitPathVariable(part)
  const value = (context.environment ?? process.env)[variable]
  if (value === undefined || value === '') return undefined
  const path = resolve(value)
  try {
    accessSync(path, constants.X_OK)
  } catch (cause) {
    throw new Error(
      `Cannot use "${value}" for ${part.name}: it is no executable file. Correct the environment variable ${variable}, or unset it.`,
      { cause },
    )
  }
  return path
}

function unavailable(part: Part, reasons: readonly string[]): string {
  const why = reasons.length === 0 ? 'no source offers it for this machine' : reasons.join('; ')
  return `Cannot get ${part.name} ${part.version}: ${why}. Install it yourself and put its path into the environment variable ${explicitPathVariable(part)}.`
}
