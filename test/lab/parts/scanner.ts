import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contribution, GroupContext, GroupDefinition } from '../group.ts'
import type { Part } from '../provision/part.ts'

/** A vulnerability scanner with a database of a few well-known advisories. */
export interface ScannerDetails {
  /** The `grype` executable; it is on the lab's PATH as well. */
  readonly path: string
  /** What GRYPE_DB_CACHE_DIR says; the database is in the folder named after its schema below it. */
  readonly databaseDirectory: string
  /** The advisories that the database was made of. */
  readonly advisoriesFile: string
}

const version = '0.120.1'
const release = `https://github.com/anchore/grype/releases/download/v${version}/grype_${version}_linux`
const databaseSchema = '6'

const grype: Part = {
  name: 'grype',
  version,
  onPath: {
    args: ['version'],
    accepts: (output) => /Supported DB Schema:\s*6\s/.test(`${output}\n`),
  },
  release: {
    x64: {
      url: `${release}_amd64.tar.gz`,
      sha256: '0a9ee97ef5ae2ee953b0a80098105052e846cdbe319a57d808b519c33cd1343d',
      member: 'grype',
    },
    arm64: {
      url: `${release}_arm64.tar.gz`,
      sha256: '29f47391dc283aa79fcc38e65224cd61f64dec0ecfd0db7074128ebf8ff23514',
      member: 'grype',
    },
  },
  go: {
    module: 'grype',
    package: 'github.com/anchore/grype/cmd/grype',
    ldflags: `-s -w -X main.version=${version}`,
    usuallySeconds: 240,
  },
}

/** Writes a database with Grype's own packages, of the same module and therefore of the same version. */
const grypeDatabase: Part = {
  name: 'grype-database',
  version,
  go: { module: 'grype', package: '.', usuallySeconds: 10 },
}

/** Grype, told to use the lab's database and to ask nobody for a newer one. */
export const group: GroupDefinition<'scanner'> = {
  name: 'scanner',
  requires: [],
  systemPackages: [],
  parts: [grype, grypeDatabase],
  start: startScanner,
}

async function startScanner(context: GroupContext): Promise<Contribution<'scanner'>> {
  const databaseDirectory = join(context.directory, 'database')
  const advisoriesFile = join(context.directory, 'advisories.json')
  await mkdir(databaseDirectory)
  await copyFile(join(import.meta.dirname, 'advisories.json'), advisoriesFile)
  // Made anew for each lab, so that its age is what Grype and whoever asks for a fresh database see.
  await context.run(await context.provide(grypeDatabase), [
    advisoriesFile,
    join(databaseDirectory, databaseSchema),
  ])
  const environment = {
    GRYPE_DB_CACHE_DIR: databaseDirectory,
    GRYPE_DB_AUTO_UPDATE: 'false',
    GRYPE_CHECK_FOR_APP_UPDATE: 'false',
  }
  const path = await context.provide(grype)
  await context.run(path, ['db', 'status'], { environment })
  return {
    details: { path, databaseDirectory, advisoriesFile },
    environment,
    versions: { grype: await installedVersion(context, path) },
  }
}

/** What runs may be another one of PATH, if it reads the same databases. */
async function installedVersion(context: GroupContext, path: string): Promise<string> {
  return /^Version:\s*(\S+)/m.exec(await context.run(path, ['version']))?.[1] ?? 'unknown'
}
