import type { VulnerabilityDatabase } from '../scan-report.ts'
import { badDatabase } from './problems.ts'

/** How old a database may be. */
export interface AgeLimit {
  readonly databaseMaxAgeSeconds: number
  readonly now: Date
}

/** Clocks differ a little; a build time beyond that would keep an old database fresh for ever. */
const clockSkewSeconds = 3600

/**
 * Refuses a database that was built too long ago.
 * @throws GateError
 */
export function requireFresh(
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
