import { describe, expect, it } from '@jest/globals'
import { grypeCommand, grypeConfiguration, grypeEnvironment } from '../src/index.ts'
import type { GrypeScan } from '../src/index.ts'

const scan: GrypeScan = {
  grype: 'grype',
  layout: '/temp/image-layout',
  platform: undefined,
  configuration: '/temp/own/configuration.yaml',
  report: '/temp/own/report.json',
  directory: '/temp/own',
  timeoutSeconds: 600,
}

const common = [
  ...['--config', '/temp/own/configuration.yaml'],
  ...['--output', 'json', '--file', '/temp/own/report.json'],
]

describe('grypeCommand', () => {
  it.each([
    { name: 'one platform', changes: {}, args: [...common, 'oci-dir:/temp/image-layout'] },
    {
      name: 'one of several platforms',
      changes: { platform: 'linux/arm64' },
      args: [...common, '--platform', 'linux/arm64', 'oci-dir:/temp/image-layout'],
    },
    {
      name: 'a path with blanks and metacharacters is one argument',
      changes: { layout: '/temp/a b;$(id)' },
      args: [...common, 'oci-dir:/temp/a b;$(id)'],
    },
  ])('$name', ({ changes, args }) => {
    const command = grypeCommand({ ...scan, ...changes })
    expect(command).toEqual({ file: 'grype', args, directory: '/temp/own', timeoutSeconds: 600 })
  })
})

describe('grypeConfiguration', () => {
  it('ignores and excludes nothing, and sets the age of the database', () => {
    const configuration: unknown = JSON.parse(grypeConfiguration({ databaseMaxAgeSeconds: 7200 }))
    expect(configuration).toMatchObject({
      ignore: [],
      exclude: [],
      'only-fixed': false,
      'vex-documents': [],
      db: { 'validate-age': true, 'max-allowed-built-age': '7200s' },
    })
  })
})

describe('grypeEnvironment', () => {
  it('passes on where the database comes from, and what a program needs', () => {
    const passed = { PATH: '/bin', HOME: '/root', GRYPE_DB_CACHE_DIR: '/database' }
    expect(grypeEnvironment({ ...passed, HTTPS_PROXY: undefined })).toEqual(passed)
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
  ])('keeps %s back', (name) => {
    expect(grypeEnvironment({ [name]: 'true' })).toEqual({})
  })
})
