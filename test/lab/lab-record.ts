import { lstat, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrorCode } from './error-code.ts'
import type { GroupDetails, PartGroup } from './group.ts'
import { type ProcessIdentity, isAlive } from './process-identity.ts'

/** What a lab's folder says about it, for status, down and whoever wants to use a running lab. */
export interface LabRecord {
  readonly name: string
  readonly directory: string
  /** Number that decides the lab's addresses, ports and interface name. */
  readonly slot: number
  readonly keeper: ProcessIdentity
  readonly state: 'starting' | 'running' | 'broken' | 'stopping'
  /** Why it is broken. */
  readonly problem?: string
  readonly startedAt: string
  readonly groups: readonly PartGroup[]
  readonly details: Partial<GroupDetails>
  readonly environment: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, string>>
}

/** Folder of all labs: short, because paths of unix sockets are limited, and on disk, because images are large. */
export function labsDirectory(): string {
  const own = process.env.OKE_LAB_DIRECTORY
  return own === undefined || own === '' ? '/var/tmp/oke-lab' : own
}

/** Makes the folder of all labs, and refuses one that somebody else put there. */
export async function ensureLabsDirectory(): Promise<string> {
  const directory = labsDirectory()
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const status = await lstat(directory)
  if (!status.isDirectory() || status.uid !== process.getuid?.()) {
    throw new Error(
      `Cannot use "${directory}" for labs: it is not a folder of this user. Remove it, or name another short path in OKE_LAB_DIRECTORY.`,
    )
  }
  return directory
}

/** @throws if a lab cannot be called that. */
export function checkLabName(name: string): void {
  if (/^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/.test(name)) return
  throw new Error(
    `Cannot call a lab "${name}": a name is 1 to 20 lower-case letters, digits and inner hyphens, such as "default".`,
  )
}

/** Record of a lab, whether it still runs or not; undefined if there is none. */
export async function readRecord(name: string): Promise<LabRecord | undefined> {
  const file = recordFile(name)
  try {
    return parseRecord(await readFile(file, 'utf8'), file)
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Replaces a lab's record in one step, so that nobody reads half of one. */
export async function writeRecord(record: LabRecord): Promise<void> {
  const file = recordFile(record.name)
  await writeFile(`${file}.new`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

/** Names of all labs that have a folder, running or left behind. */
export async function labNames(): Promise<readonly string[]> {
  try {
    const entries = await readdir(labsDirectory(), { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return []
    throw error
  }
}

/** Whether the lab's keeper is there. */
export async function isRunning(record: LabRecord): Promise<boolean> {
  return isAlive(record.keeper)
}

function recordFile(name: string): string {
  return join(labsDirectory(), name, 'lab.json')
}

function parseRecord(text: string, file: string): LabRecord {
  const value: unknown = JSON.parse(text)
  if (isRecord(value)) return value
  throw new Error(`"${file}" is no lab's record: remove its folder.`)
}

function isRecord(value: unknown): value is LabRecord {
  if (typeof value !== 'object' || value === null) return false
  return 'name' in value && 'slot' in value && 'keeper' in value && 'details' in value
}
