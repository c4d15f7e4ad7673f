import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The digest of the image that the reports are about. */
export const imageDigest = `sha256:${'a'.repeat(64)}`

/** The files that a race is run on. */
export interface RaceFiles {
  readonly findings: number
  readonly trivyReport: string
  readonly grypeReport: string
  /** Waivers in our own format, and the same identifiers in Trivy's. */
  readonly waivers: string
  readonly ignoreFile: string
}

const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN'] as const

/** What reports of any format say of a finding. */
export interface FindingFacts {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly path: string
  readonly severity: (typeof severities)[number]
  readonly fixedIn: string | undefined
  readonly url: string
}

/** What is found at a position. Ten findings a vulnerability, a hundred a package: as in big images. */
export function factsOf(index: number): FindingFacts {
  const number = Math.floor(index / 10)
  const name = `package-${Math.floor(index / 100)}`
  const id = `CVE-2026-${(100_000 + number).toFixed(0)}`
  return {
    id,
    name,
    version: `1.${index % 100}.0`,
    purl: `pkg:npm/${name}@1.${index % 100}.0`,
    path: `app/node_modules/${name}/${index % 100}/package.json`,
    severity: severities[number % severities.length] ?? 'UNKNOWN',
    fixedIn: number % 2 === 0 ? '2.0.0' : undefined,
    url: `https://avd.example.com/nvd/${id}`,
  }
}

function trivyVulnerability(index: number): string {
  const { id, name, version, purl, path, severity, fixedIn, url } = factsOf(index)
  return JSON.stringify({
    VulnerabilityID: id,
    PkgID: `${name}@${version}`,
    PkgName: name,
    PkgPath: path,
    PkgIdentifier: { PURL: purl, UID: index.toString(16).padStart(16, '0') },
    InstalledVersion: version,
    ...(fixedIn === undefined
      ? { Status: 'affected' }
      : { FixedVersion: fixedIn, Status: 'fixed' }),
    PrimaryURL: url,
    Title: `${name}: something that a sentence describes`,
    Severity: severity,
    PublishedDate: '2026-03-18T00:01:09Z',
  })
}

function grypeMatch(index: number): string {
  const { id, name, version, purl, path, severity, fixedIn, url } = factsOf(index)
  const word = severity.charAt(0) + severity.slice(1).toLowerCase()
  return JSON.stringify({
    vulnerability: {
      id,
      dataSource: url,
      namespace: 'github:language:javascript',
      severity: word,
      urls: [],
      cvss: [],
      fix: {
        versions: fixedIn === undefined ? [] : [fixedIn],
        state: fixedIn === undefined ? 'not-fixed' : 'fixed',
      },
      advisories: [],
    },
    relatedVulnerabilities: [],
    matchDetails: [
      { type: 'exact-direct-match', matcher: 'javascript-matcher', searchedBy: {}, found: {} },
    ],
    artifact: {
      id: index.toString(16).padStart(16, '0'),
      name,
      version,
      type: 'npm',
      locations: [{ path, accessPath: path }],
      language: 'javascript',
      licenses: [],
      cpes: [],
      purl,
      upstreams: [],
    },
  })
}

/** Writes reports of the same findings in both formats, and the waivers. */
export async function writeRaceFiles(
  folder: string,
  findings: number,
  waivers: number,
): Promise<RaceFiles> {
  const files = {
    findings,
    trivyReport: join(folder, `trivy-${findings}.json`),
    grypeReport: join(folder, `grype-${findings}.json`),
    waivers: join(folder, `waivers-${findings}.yml`),
    ignoreFile: join(folder, `ignored-${findings}.trivyignore`),
  }
  await writeList(files.trivyReport, trivyEnds, { count: findings, item: trivyVulnerability })
  await writeList(files.grypeReport, grypeEnds, { count: findings, item: grypeMatch })
  const step = Math.max(1, Math.floor(findings / waivers))
  // Every other one is for nothing that was found.
  const ids = Array.from({ length: waivers }, (_, index) => factsOf(index * step * 2).id)
  await writeFile(files.ignoreFile, `${ids.join('\n')}\n`)
  await writeFile(files.waivers, waiversText(ids))
  return files
}

const trivyEnds = [
  `{"SchemaVersion":2,"Trivy":{"Version":"0.72.0"},"CreatedAt":"2026-11-25T00:00:00Z","ArtifactName":"app","ArtifactType":"container_image","Metadata":{"ImageID":"${imageDigest}","DiffIDs":[]},"Results":[{"Target":"Node.js","Class":"lang-pkgs","Type":"node-pkg","Vulnerabilities":[`,
  ']}]}',
] as const

const grypeEnds = [
  '{"matches":[',
  `],"source":{"type":"image","target":{"manifestDigest":"${imageDigest}"}},"distro":{"name":"","version":"","idLike":null},"descriptor":{"name":"grype","version":"0.120.1"}}`,
] as const

interface List {
  readonly count: number
  readonly item: (index: number) => string
}

/** Written in pieces: a million findings are more than one string should be. */
async function writeList(
  path: string,
  [start, end]: readonly [string, string],
  { count, item }: List,
): Promise<void> {
  await using file = await open(path, 'w')
  await file.write(start)
  for (let from = 0; from < count; from += 10_000) {
    const length = Math.min(10_000, count - from)
    const items = Array.from({ length }, (_, index) => item(from + index)).join(',')
    await file.write(from === 0 ? items : `,${items}`)
  }
  await file.write(end)
}

function waiversText(ids: readonly string[]): string {
  const entries = ids.map(
    (id) =>
      `  - id: ${id}\n    package: { type: npm }\n    reason: not reachable from outside\n    owner: team-a\n    expires: 2027-06-30\n`,
  )
  return `schema: oke-pipeline/waivers/v1\nwaivers:\n${entries.join('')}`
}
