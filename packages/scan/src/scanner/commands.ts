import type { Command } from '@oke-pipeline/core'
import type { FindingKind } from '../finding.ts'
import type { ScannerName } from './scanner.ts'

/** What a scanner is asked. */
export interface ScanOrder {
  readonly scanner: ScannerName
  readonly program: string
  /** The folder of a layout with one image, or an SBOM. */
  readonly target: { readonly kind: 'layout' | 'sbom'; readonly path: string }
  readonly kinds: readonly FindingKind[]
  readonly files: ScanFiles
  readonly databaseMaxAgeSeconds: number
  readonly timeoutSeconds: number
  /** Where the database comes from instead of the project's own place. */
  readonly mirror: string | undefined
}

/** The files of one scan, in an empty folder: scanners look for configuration beside them. */
export interface ScanFiles {
  readonly folder: string
  readonly configuration: string
  readonly report: string
  /** Grype's list of packages, which its report has not. */
  readonly inventory: string
}

/** The command that scans; the severity threshold is not the scanner's business but ours. */
export function scanCommand(order: ScanOrder): Command {
  const { args, environment } =
    order.scanner === 'grype' ? grypeArguments(order) : trivyArguments(order)
  return {
    file: order.program,
    args,
    environment,
    directory: order.files.folder,
    timeoutSeconds: order.timeoutSeconds,
  }
}

interface Invocation {
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

function grypeArguments({ files, target, mirror }: ScanOrder): Invocation {
  const scheme = target.kind === 'layout' ? 'oci-dir' : 'sbom'
  return {
    args: [
      ...['--config', files.configuration],
      ...['--output', `json=${files.report}`],
      ...['--output', `cyclonedx-json=${files.inventory}`],
      `${scheme}:${target.path}`,
    ],
    environment: mirror === undefined ? {} : { GRYPE_DB_UPDATE_URL: mirror },
  }
}

const trivyScanners: Readonly<Record<FindingKind, string>> = {
  vulnerability: 'vuln',
  secret: 'secret',
  misconfiguration: 'misconfig',
  licence: 'license',
}

function trivyArguments({ files, target, kinds, timeoutSeconds, mirror }: ScanOrder): Invocation {
  const ofConfiguration = kinds.filter((kind) => kind === 'secret' || kind === 'misconfiguration')
  const named = (some: readonly FindingKind[]): string =>
    some.map((kind) => trivyScanners[kind]).join(',')
  const ofImage = [
    // Its own cache of analysed layers could be written by other jobs, and takes one scan at a time.
    ...['--cache-backend', 'memory', '--scanners', named(kinds)],
    ...(ofConfiguration.length === 0 ? [] : ['--image-config-scanners', named(ofConfiguration)]),
    ...['--input', target.path],
  ]
  return {
    args: [
      ...['--config', files.configuration],
      target.kind === 'layout' ? 'image' : 'sbom',
      ...['--format', 'json', '--output', files.report, '--list-all-pkgs'],
      ...['--no-progress', '--skip-version-check', '--disable-telemetry'],
      ...['--timeout', `${timeoutSeconds.toFixed(0)}s`],
      ...(target.kind === 'layout' ? ofImage : [target.path]),
    ],
    environment: mirror === undefined ? {} : { TRIVY_DB_REPOSITORY: mirror },
  }
}

/**
 * The configuration file that a scanner is given, so that it looks for no other: one of the
 * repository that is scanned could ignore findings, exclude paths or accept an old database. JSON
 * is YAML as well.
 */
export function scanConfiguration({ scanner, databaseMaxAgeSeconds }: ScanOrder): string {
  if (scanner === 'trivy') return '{}'
  return JSON.stringify({
    'check-for-app-update': false,
    'only-fixed': false,
    'only-notfixed': false,
    'by-cve': false,
    ignore: [],
    exclude: [],
    'vex-documents': [],
    search: { scope: 'squashed' },
    db: {
      'validate-age': true,
      'max-allowed-built-age': `${databaseMaxAgeSeconds.toFixed(0)}s`,
    },
  })
}
