import type { ScannerName } from './scanner.ts'

/** The processor architectures of runners that scanners are published for. */
export type Architecture = 'x64' | 'arm64'

/** An archive of a release, and what its bytes must hash to. */
export interface ReleaseArchive {
  readonly scanner: ScannerName
  readonly version: string
  readonly fileName: string
  readonly sha256: string
  /** Where the project publishes it. */
  readonly url: URL
}

type Checksums = Readonly<Record<string, Readonly<Record<Architecture, string>>>>

/**
 * The releases that are downloaded, by version, newest first, with the checksums that the projects
 * published. A version that is not here is never downloaded.
 */
const checksums: Readonly<Record<ScannerName, Checksums>> = {
  grype: {
    '0.120.1': {
      x64: '0a9ee97ef5ae2ee953b0a80098105052e846cdbe319a57d808b519c33cd1343d',
      arm64: '29f47391dc283aa79fcc38e65224cd61f64dec0ecfd0db7074128ebf8ff23514',
    },
    '0.120.0': {
      x64: 'a5a1218dce63acdac152a6b3b5bb366e7267e36f4069848cf455543b3fa5700e',
      arm64: 'bc0e52b1a0de37e2ff021c4924d689dce7dcff2e7d74b39aea16c0453e69be18',
    },
    '0.119.0': {
      x64: '3fa2dc4b924621ab65404cf08d0b8438d896d80ab949c9d5a4ca283c36004c9b',
      arm64: '29f0ec7c549ddb0e2b6a0ca714851f7399438afc399b80c12808e065edc9a8f8',
    },
  },
  trivy: {
    '0.72.0': {
      x64: 'bbb64b9695866ce4a7a8f5c9592002c5961cab378577fa3f8a040df362b9b2ea',
      arm64: '2ca2c023109c2db6b2b77366b6717291452d4531167377d95c79547f0c8e3467',
    },
  },
}

/** Versions that were published by somebody else than the project, and what they are known as. */
const compromised: Readonly<Record<ScannerName, ReadonlyMap<string, string>>> = {
  grype: new Map(),
  trivy: new Map(['0.69.4', '0.69.5', '0.69.6'].map((version) => [version, 'CVE-2026-33634'])),
}

/** The versions of a scanner that can be downloaded, newest first. */
export function releasedVersions(scanner: ScannerName): readonly string[] {
  return Object.keys(checksums[scanner])
}

/** Under what a version of a scanner is known as malicious; undefined where it is not. */
export function compromiseOf(scanner: ScannerName, version: string): string | undefined {
  return compromised[scanner].get(version.replace(/^v/, ''))
}

const projects: Readonly<Record<ScannerName, string>> = {
  grype: 'https://github.com/anchore/grype/releases/download/',
  trivy: 'https://github.com/aquasecurity/trivy/releases/download/',
}

/** The archive of a version for a Linux machine; undefined where it is not known here. */
export function scannerArchive(
  scanner: ScannerName,
  version: string,
  architecture: Architecture,
): ReleaseArchive | undefined {
  const known = checksums[scanner]
  const sha256 = Object.hasOwn(known, version) ? known[version]?.[architecture] : undefined
  if (sha256 === undefined) return undefined
  const fileName = fileNameOf(scanner, version, architecture)
  const url = new URL(`v${version}/${fileName}`, projects[scanner])
  return { scanner, version, fileName, sha256, url }
}

function fileNameOf(scanner: ScannerName, version: string, architecture: Architecture): string {
  if (scanner === 'grype') {
    return `grype_${version}_linux_${architecture === 'x64' ? 'amd64' : 'arm64'}.tar.gz`
  }
  return `trivy_${version}_Linux-${architecture === 'x64' ? '64bit' : 'ARM64'}.tar.gz`
}
