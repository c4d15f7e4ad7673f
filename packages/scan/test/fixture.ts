import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A report of Grype that was captured; see fixtures/grype/0.120.1/README.md. */
export function capturedReport(name: 'critical' | 'clean'): string {
  return readFileSync(join(import.meta.dirname, 'fixtures/grype/0.120.1', `${name}.json`), 'utf8')
}

/** The digests of the images that the captured reports are about. */
export const capturedDigests = {
  critical: 'sha256:3faa7faaa406cda09fb191065cdf2f311241412fac4f7e5f04e633718a819f8a',
  clean: 'sha256:1704c67e280899ae6e8e958907715759f05f7cb8ad738c41592befcad4686f23',
} as const

/** When the database of the captured reports was built. */
export const databaseBuilt = new Date('2026-11-24T06:20:39Z')
