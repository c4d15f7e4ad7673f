import { ConfigurationError } from '@oke-pipeline/core'
import type { Command, Exec } from '@oke-pipeline/core'
import type { SbomFormat } from './sbom-format.ts'

/** A program that looks into an image and writes an SBOM. */
export interface SbomMaker {
  readonly name: 'syft' | 'trivy'
  readonly version: string
  command(job: SbomJob): Command
}

/** One SBOM to be made. */
export interface SbomJob {
  /** Where the layout with the one image is, below the folder that the program runs in. */
  readonly layout: string
  readonly directory: string
  readonly format: SbomFormat
  /** Where the SBOM goes. */
  readonly file: string
}

const timeoutSeconds = 900

/** In the order in which they are looked for; both work without a network. */
const makers: readonly Omit<SbomMaker, 'version'>[] = [
  {
    name: 'syft',
    command: ({ layout, directory, format, file }) => ({
      file: 'syft',
      args: [
        ...['scan', `oci-dir:${layout}`, '--quiet', '--source-name', layout],
        ...['--output', `${{ spdx: 'spdx-json', cyclonedx: 'cyclonedx-json' }[format]}=${file}`],
      ],
      environment: { SYFT_CHECK_FOR_APP_UPDATE: 'false', SYFT_CACHE_DIR: directory },
      directory,
      timeoutSeconds,
    }),
  },
  {
    name: 'trivy',
    command: ({ layout, directory, format, file }) => ({
      file: 'trivy',
      args: [
        ...['image', '--input', layout, '--quiet', '--offline-scan'],
        ...['--cache-dir', directory],
        ...['--format', { spdx: 'spdx-json', cyclonedx: 'cyclonedx' }[format], '--output', file],
      ],
      // As variables: earlier versions do not know the options.
      environment: { TRIVY_DISABLE_TELEMETRY: 'true', TRIVY_SKIP_VERSION_CHECK: 'true' },
      directory,
      timeoutSeconds,
    }),
  },
]

/**
 * Finds a program on this machine that makes SBOMs.
 * @throws ConfigurationError when there is none.
 */
export async function findSbomMaker(exec: Exec): Promise<SbomMaker> {
  for (const maker of makers) {
    const version = await versionOf(maker.name, exec)
    if (version !== undefined) return { ...maker, version }
  }
  throw new ConfigurationError({
    title: 'Nothing on this runner makes an SBOM',
    explanation: 'Neither "syft" nor "trivy" can be run.',
    remedy:
      'Install one of them in an earlier step, such as with anchore/sbom-action/download-syft or aquasecurity/setup-trivy, or name an image for BuildKit to run: "sbom: generator=docker/buildkit-syft-scanner:stable-1".',
  })
}

async function versionOf(name: SbomMaker['name'], exec: Exec): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await exec.run({ file: name, args: ['--version'] })
    return exitCode === 0 ? (/\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? 'unknown') : undefined
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}
