/** The processor architectures of runners that Grype is published for. */
export type Architecture = 'x64' | 'arm64'

/** An archive of a release, and what its bytes must hash to. */
export interface ReleaseArchive {
  readonly version: string
  readonly fileName: string
  readonly sha256: string
}

/**
 * The releases that are downloaded, by version, with the checksums that the project published.
 * A version that is not here is never downloaded.
 */
const checksums = {
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
} as const satisfies Readonly<Record<string, Readonly<Record<Architecture, string>>>>

/** A version of Grype with a known checksum. */
export type GrypeVersion = keyof typeof checksums

/** The versions that can be downloaded, newest first. */
export const grypeVersions = ['0.120.1', '0.120.0', '0.119.0'] as const satisfies GrypeVersion[]

const architectures: Readonly<Record<Architecture, string>> = { x64: 'amd64', arm64: 'arm64' }

/** The archive of a version for a Linux machine. */
export function releaseArchive(version: GrypeVersion, architecture: Architecture): ReleaseArchive {
  return {
    version,
    fileName: `grype_${version}_linux_${architectures[architecture]}.tar.gz`,
    sha256: checksums[version][architecture],
  }
}
