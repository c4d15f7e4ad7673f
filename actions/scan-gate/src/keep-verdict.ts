import {
  keepStatement,
  predicateTypes,
  statementOf,
  vulnerabilitiesPredicate,
} from '@oke-pipeline/evidence'
import { formatPlatform } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import { reportedVulnerabilities, verdictContent } from '@oke-pipeline/scan'
import type { Judgement, ScanReport } from '@oke-pipeline/scan'

/** A judgement, and what it rests on. */
export interface VerdictToKeep {
  readonly judgement: Judgement
  readonly reports: readonly ScanReport[]
  readonly startedAt: Date
  readonly finishedAt: Date
}

/**
 * Keeps the verdict with the image, as a statement that later steps can require and judge anew.
 * @returns the digest of its referrer; undefined where no report says how old its database was: a
 * statement must not claim what nobody knows.
 */
export async function keepVerdict(
  layout: Layout,
  { judgement, reports, startedAt, finishedAt }: VerdictToKeep,
): Promise<string | undefined> {
  const first = reports.find(({ database }) => database !== undefined)
  if (first?.database === undefined) return undefined
  const facts = {
    scanners: scannersOf(reports),
    platforms: layout.images.map(({ descriptor, config }) => ({
      name: formatPlatform(config.platform),
      digest: descriptor.digest,
    })),
    startedAt,
    finishedAt,
  }
  const predicate = vulnerabilitiesPredicate({
    scanner: { uri: uriOf(first.scanner), version: first.scanner.version },
    database: { version: first.database.schemaVersion, lastUpdate: first.database.built },
    found: reportedVulnerabilities(judgement),
    startedOn: startedAt,
    finishedOn: finishedAt,
    verdict: verdictContent(judgement, facts),
  })
  const image = { name: 'image', digest: layout.digest }
  const statement = statementOf(image, predicateTypes.vulnerabilities, predicate)
  return (await keepStatement(layout, statement)).digest
}

type Scanners = readonly Pick<ScanReport, 'scanner' | 'database'>[]

function scannersOf(reports: Scanners): {
  name: string
  version: string
  database: ScanReport['database']
}[] {
  const byName = new Map(
    reports.map(({ scanner, database }) => [
      `${scanner.name} ${scanner.version}`,
      { ...scanner, database },
    ]),
  )
  return [...byName.values()]
}

const projects: Readonly<Record<string, string>> = {
  grype: 'pkg:github/anchore/grype',
  trivy: 'pkg:github/aquasecurity/trivy',
}

function uriOf({ name, version }: ScanReport['scanner']): string {
  const project = projects[name.toLowerCase()] ?? `pkg:generic/${encodeURIComponent(name)}`
  return `${project}@${version.startsWith('v') ? version : `v${version}`}`
}
