import type { VulnerabilityDatabase } from '../scan-report.ts'
import { badDatabase, staleReport } from './problems.ts'

/** How old a database may be. */
export interface AgeLimit {
  readonly databaseMaxAgeSeconds: number
  readonly now: Date
}

/**
 * Refuses knowledge that is too old: by the database, or where a report does not name it by the
 * time of the scan, since nothing that was found out later can be in it.
 * @throws GateError
 */
export function requireRecent(
  scanner: string,
  report: {
    readonly database: VulnerabilityDatabase | undefined
    readonly scannedAt: Date | undefined
  },
  limit: AgeLimit,
): void {
  if (report.database !== undefined) requireFresh(scanner, report.database, limit)
  else if (report.scannedAt !== undefined) requireFreshScan(scanner, report.scannedAt, limit)
}

function requireFreshScan(
  scanner: string,
  scannedAt: Date,
  { now, databaseMaxAgeSeconds }: AgeLimit,
): void {
  const ageSeconds = (now.getTime() - scannedAt.getTime()) / 1000
  if (ageSeconds >= -clockSkewSeconds && ageSeconds <= databaseMaxAgeSeconds) return
  throw staleReport(
    scanner,
    `It says that the image was scanned at ${scannedAt.toISOString()}, ${hours(ageSeconds)} ago, and its knowledge may be ${hours(databaseMaxAgeSeconds)} old at most.`,
  )
}

/** Clocks differ a little; a build time beyond that would keep an old database fresh for ever. */
const clockSkewSeconds = 3600

function requireFresh(
  scanner: string,
  { built }: VulnerabilityDatabase,
  { now, databaseMaxAgeSeconds }: AgeLimit,
): void {
  const ageSeconds = (now.getTime() - built.getTime()) / 1000
  const says = `It says that it was built at ${built.toISOString()}`
  if (ageSeconds < -clockSkewSeconds) {
    throw badDatabase(scanner, `${says}, which is in the future.`)
  }
  if (ageSeconds <= databaseMaxAgeSeconds) return
  throw badDatabase(
    scanner,
    `${says}, ${hours(ageSeconds)} ago, and at most ${hours(databaseMaxAgeSeconds)} are allowed.`,
  )
}

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(1)} h`
}
