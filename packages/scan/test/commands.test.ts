import { describe, expect, it } from '@jest/globals'
import { scannerEnvironment } from '../src/index.ts'
import { scanCommand, scanConfiguration } from '../src/scanner/commands.ts'
import type { ScanOrder } from '../src/scanner/commands.ts'

const order: ScanOrder = {
  scanner: 'grype',
  program: '/opt/scanner',
  target: { kind: 'layout', path: '/own/image' },
  kinds: ['vulnerability', 'secret'],
  files: {
    folder: '/own',
    configuration: '/own/configuration.yaml',
    report: '/own/report.json',
    inventory: '/own/inventory.json',
  },
  databaseMaxAgeSeconds: 7200,
  timeoutSeconds: 600,
  mirror: undefined,
}
const grype = [
  ...['--config', '/own/configuration.yaml', '--output', 'json=/own/report.json'],
  ...['--output', 'cyclonedx-json=/own/inventory.json'],
]
const trivy = ['--config', '/own/configuration.yaml']
const trivyReport = [
  ...['--format', 'json', '--output', '/own/report.json', '--list-all-pkgs', '--no-progress'],
  ...['--skip-version-check', '--disable-telemetry', '--timeout', '600s'],
]

describe('scanCommand', () => {
  it.each([
    { name: 'a layout with Grype', changes: {}, args: [...grype, 'oci-dir:/own/image'] },
    {
      name: 'an SBOM with Grype',
      changes: { target: { kind: 'sbom' as const, path: '/repo/sbom.json' } },
      args: [...grype, 'sbom:/repo/sbom.json'],
    },
    {
      name: 'a path with blanks and metacharacters is one argument',
      changes: { target: { kind: 'layout' as const, path: '/a b;$(id)' } },
      args: [...grype, 'oci-dir:/a b;$(id)'],
    },
    {
      name: 'a layout with Trivy',
      changes: { scanner: 'trivy' as const },
      args: [
        ...[...trivy, 'image', ...trivyReport, '--cache-backend', 'memory'],
        ...['--scanners', 'vuln,secret', '--image-config-scanners', 'secret'],
        ...['--input', '/own/image'],
      ],
    },
    {
      name: 'vulnerabilities and licences only with Trivy',
      changes: { scanner: 'trivy' as const, kinds: ['vulnerability', 'licence'] as const },
      args: [
        ...[...trivy, 'image', ...trivyReport, '--cache-backend', 'memory'],
        ...['--scanners', 'vuln,license', '--input', '/own/image'],
      ],
    },
    {
      name: 'an SBOM with Trivy',
      changes: {
        scanner: 'trivy' as const,
        target: { kind: 'sbom' as const, path: '/repo/sbom.json' },
      },
      args: [...trivy, 'sbom', ...trivyReport, '/repo/sbom.json'],
    },
  ])('scans $name', ({ changes, args }) => {
    expect(scanCommand({ ...order, ...changes })).toEqual({
      file: '/opt/scanner',
      args,
      environment: {},
      directory: '/own',
      timeoutSeconds: 600,
    })
  })

  it.each([
    { scanner: 'grype' as const, environment: { GRYPE_DB_UPDATE_URL: 'mirror' } },
    { scanner: 'trivy' as const, environment: { TRIVY_DB_REPOSITORY: 'mirror' } },
  ])('tells $scanner where its database is', ({ scanner, environment }) => {
    expect(scanCommand({ ...order, scanner, mirror: 'mirror' })).toMatchObject({ environment })
  })
})

describe('scanConfiguration', () => {
  it('ignores and excludes nothing, and sets the age of the database', () => {
    const configuration: unknown = JSON.parse(scanConfiguration(order))
    expect(configuration).toMatchObject({
      ignore: [],
      exclude: [],
      'only-fixed': false,
      'vex-documents': [],
      db: { 'validate-age': true, 'max-allowed-built-age': '7200s' },
    })
  })
})

describe('scannerEnvironment', () => {
  it('passes on where databases come from, and what a program needs', () => {
    const passed = {
      PATH: '/bin',
      HOME: '/root',
      GRYPE_DB_CACHE_DIR: '/database',
      TRIVY_DB_REPOSITORY: 'iad.ocir.io/acme/trivy-db:2',
    }
    expect(scannerEnvironment({ ...passed, HTTPS_PROXY: undefined })).toEqual(passed)
  })

  it.each([
    'GITHUB_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'GRYPE_CONFIG',
    'GRYPE_IGNORE_STATES',
    'GRYPE_ONLY_FIXED',
    'GRYPE_EXCLUDE',
    'GRYPE_VEX_DOCUMENTS',
    'GRYPE_DB_VALIDATE_AGE',
    'GRYPE_DB_MAX_ALLOWED_BUILT_AGE',
    'TRIVY_CONFIG',
    'TRIVY_IGNOREFILE',
    'TRIVY_IGNORE_POLICY',
    'TRIVY_IGNORE_UNFIXED',
    'TRIVY_SEVERITY',
    'TRIVY_SKIP_DIRS',
    'TRIVY_VEX',
    'TRIVY_SERVER',
  ])('keeps %s back', (name) => {
    expect(scannerEnvironment({ [name]: 'true' })).toEqual({})
  })
})
