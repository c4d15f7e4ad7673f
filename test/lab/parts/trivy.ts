import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contribution, GroupContext, GroupDefinition } from '../group.ts'
import type { Part } from '../provision/part.ts'

/** A second vulnerability scanner; its database is made of the same advisories as Grype's. */
export interface TrivyDetails {
  /** The `trivy` executable; it is on the lab's PATH as well. */
  readonly path: string
  /** What TRIVY_CACHE_DIR says; the database is in the folder `db` of it. */
  readonly cacheDirectory: string
}

const version = '0.72.0'
const release = `https://github.com/aquasecurity/trivy/releases/download/v${version}/trivy_${version}_Linux`

const trivy: Part = {
  name: 'trivy',
  version,
  // One version only: others of 2026 were malicious (CVE-2026-33634).
  onPath: { args: ['--version'], accepts: (output) => /^Version: 0\.72\.0$/m.test(output) },
  release: {
    x64: {
      url: `${release}-64bit.tar.gz`,
      sha256: 'bbb64b9695866ce4a7a8f5c9592002c5961cab378577fa3f8a040df362b9b2ea',
      member: 'trivy',
    },
    arm64: {
      url: `${release}-ARM64.tar.gz`,
      sha256: '2ca2c023109c2db6b2b77366b6717291452d4531167377d95c79547f0c8e3467',
      member: 'trivy',
    },
  },
  go: {
    module: 'trivy',
    package: 'github.com/aquasecurity/trivy/cmd/trivy',
    ldflags: `-s -w -X github.com/aquasecurity/trivy/pkg/version/app.ver=${version}`,
    env: { GOEXPERIMENT: 'jsonv2' },
    usuallySeconds: 600,
  },
}

/** Writes a database with Trivy's own packages, of the same module and therefore of the same version. */
const trivyDatabase: Part = {
  name: 'trivy-database',
  version,
  go: { module: 'trivy', package: '.', env: { GOEXPERIMENT: 'jsonv2' }, usuallySeconds: 30 },
}

/** Trivy, told to use the lab's database and to ask nobody for anything newer. */
export const group: GroupDefinition<'trivy'> = {
  name: 'trivy',
  requires: [],
  systemPackages: [],
  parts: [trivy, trivyDatabase],
  start: startTrivy,
}

async function startTrivy(context: GroupContext): Promise<Contribution<'trivy'>> {
  const cacheDirectory = join(context.directory, 'cache')
  const advisoriesFile = join(context.directory, 'advisories.json')
  await mkdir(cacheDirectory)
  await copyFile(join(import.meta.dirname, 'advisories.json'), advisoriesFile)
  await context.run(await context.provide(trivyDatabase), [
    advisoriesFile,
    join(cacheDirectory, 'db'),
  ])
  return {
    details: { path: await context.provide(trivy), cacheDirectory },
    environment: {
      TRIVY_CACHE_DIR: cacheDirectory,
      TRIVY_SKIP_DB_UPDATE: 'true',
      TRIVY_SKIP_JAVA_DB_UPDATE: 'true',
      TRIVY_SKIP_CHECK_UPDATE: 'true',
      TRIVY_SKIP_VERSION_CHECK: 'true',
      TRIVY_DISABLE_TELEMETRY: 'true',
      TRIVY_OFFLINE_SCAN: 'true',
    },
    versions: { trivy: version },
  }
}
