import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { databaseOnDisk } from './database-identity.ts'
import type { DatabaseOnDisk } from './database-identity.ts'
import type { RawScan } from './run-scanner.ts'
import { scanCacheIn } from './scan-cache.ts'
import type { ScanKey } from './scan-cache.ts'
import type { Scan, ScannerPorts } from './scanner.ts'

/** What a report does not say, kept in the line before it. */
const factsSchema = v.object({
  packageCount: v.optional(v.number()),
  database: v.optional(
    v.object({
      built: v.pipe(
        v.string(),
        v.isoTimestamp(),
        v.transform((text) => new Date(text)),
      ),
      schemaVersion: v.string(),
    }),
  ),
})

/**
 * The answer of an earlier scan of the same image by the same program with the same database.
 * Undefined where there is none, or where the scanner would look for a newer database by now.
 */
export async function cachedScan(scan: Scan, ports: ScannerPorts): Promise<RawScan | undefined> {
  const { cache } = scan.options
  if (cache === undefined) return undefined
  const database = await databaseOnDisk(scan.scanner.name, ports.environment)
  if (database === undefined || isDue(database, ports)) return undefined
  const kept = await scanCacheIn(folderIn(cache)).get(await keyOf(scan, database))
  return kept === undefined ? undefined : unpacked(kept)
}

/** Keeps an answer, with the database that is there after the scan: the one that was used. */
export async function keepScan(scan: Scan, raw: RawScan, ports: ScannerPorts): Promise<void> {
  const { cache } = scan.options
  if (cache === undefined) return
  const database = await databaseOnDisk(scan.scanner.name, ports.environment)
  if (database === undefined) return
  const facts = JSON.stringify({ packageCount: raw.packageCount, database: raw.database })
  await scanCacheIn(folderIn(cache)).put(await keyOf(scan, database), `${facts}\n${raw.text}`)
}

function folderIn(cache: string): string {
  return join(cache, 'oke-pipeline-scans')
}

function isDue({ updatesAfter }: DatabaseOnDisk, { clock }: ScannerPorts): boolean {
  return updatesAfter !== undefined && clock.now() >= updatesAfter
}

async function keyOf(
  { scanner, subject, options }: Scan,
  { identity }: DatabaseOnDisk,
): Promise<ScanKey> {
  const { sbom } = subject
  return {
    scanner: scanner.name,
    version: scanner.version,
    program: scanner.identity,
    database: identity,
    digest: subject.image.digest,
    order: [...options.kinds.toSorted(), ...(sbom === undefined ? [] : [await hashOf(sbom)])],
  }
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

function unpacked(kept: string): RawScan | undefined {
  const end = kept.indexOf('\n')
  const outcome = v.safeParse(factsSchema, JSON.parse(kept.slice(0, end)))
  if (!outcome.success) return undefined
  const { packageCount, database } = outcome.output
  return { text: kept.slice(end + 1), packageCount, database }
}
