import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCodeOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { VulnerabilityDatabase } from '../scan-report.ts'
import type { ScannerName } from './scanner.ts'

/** A database as it lies on the disk, found out without starting its scanner. */
export interface DatabaseOnDisk {
  /** Two databases with the same identity are the same. */
  readonly identity: string
  /** When the scanner will look for a newer one; undefined where it was told not to. */
  readonly updatesAfter: Date | undefined
  /** Undefined where only the scanner can tell. */
  readonly database: VulnerabilityDatabase | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** The database that a scanner would use in this environment; undefined where there is none yet. */
export async function databaseOnDisk(
  scanner: ScannerName,
  environment: Environment,
): Promise<DatabaseOnDisk | undefined> {
  return scanner === 'grype' ? grypeDatabase(environment) : trivyDatabase(environment)
}

/** The major version of the database's schema, by which Grype names its folder. */
const grypeSchema = '6'
const dayMilliseconds = 24 * 3600 * 1000

async function grypeDatabase(environment: Environment): Promise<DatabaseOnDisk | undefined> {
  const root = environment.GRYPE_DB_CACHE_DIR ?? join(cacheOf(environment), 'grype', 'db')
  const folder = join(root, grypeSchema)
  const state = await stateOf(folder, 'import.json', 'vulnerability.db')
  if (state === undefined) return undefined
  const isFixed = environment.GRYPE_DB_AUTO_UPDATE === 'false'
  return {
    identity: state.identity,
    updatesAfter: isFixed ? undefined : new Date(state.changedAt.getTime() + dayMilliseconds),
    database: undefined,
  }
}

const metadataSchema = v.object({
  Version: v.number(),
  UpdatedAt: v.pipe(v.string(), v.isoTimestamp()),
  NextUpdate: v.pipe(v.string(), v.isoTimestamp()),
})

async function trivyDatabase(environment: Environment): Promise<DatabaseOnDisk | undefined> {
  const root = environment.TRIVY_CACHE_DIR ?? join(cacheOf(environment), 'trivy')
  const state = await stateOf(join(root, 'db'), 'metadata.json', 'trivy.db')
  if (state === undefined) return undefined
  const metadata = metadataIn(state.description)
  if (metadata === undefined) return undefined
  const isFixed = environment.TRIVY_SKIP_DB_UPDATE === 'true'
  return {
    identity: state.identity,
    updatesAfter: isFixed ? undefined : new Date(metadata.NextUpdate),
    database: { built: new Date(metadata.UpdatedAt), schemaVersion: metadata.Version.toFixed(0) },
  }
}

function metadataIn(text: string): v.InferOutput<typeof metadataSchema> | undefined {
  try {
    const outcome = v.safeParse(metadataSchema, JSON.parse(text))
    return outcome.success ? outcome.output : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function cacheOf({ XDG_CACHE_HOME: cache = '', HOME: home = '/root' }: Environment): string {
  return cache === '' ? join(home, '.cache') : cache
}

interface DatabaseState {
  readonly description: string
  readonly identity: string
  readonly changedAt: Date
}

/** The small file that describes the database, and size and time of the large one. */
async function stateOf(
  folder: string,
  description: string,
  content: string,
): Promise<DatabaseState | undefined> {
  try {
    const text = await readFile(join(folder, description), 'utf8')
    const { size, mtime } = await stat(join(folder, content))
    const identity = JSON.stringify([folder, text, size, mtime.getTime()])
    return {
      description: text,
      identity: createHash('sha256').update(identity).digest('hex'),
      changedAt: mtime,
    }
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}
