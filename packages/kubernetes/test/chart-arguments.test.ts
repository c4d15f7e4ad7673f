import { describe, expect, it } from '@jest/globals'
import type { ChartRelease, ChartSource } from '../src/helm/chart.ts'
import { chartSourceProblem } from '../src/helm/check-chart-source.ts'
import { templateArguments } from '../src/helm/template-arguments.ts'

const digest = `sha256:${'a'.repeat(64)}`

function source(given: Partial<ChartSource>): ChartSource {
  return {
    chart: 'charts/app',
    repository: undefined,
    version: undefined,
    digest: undefined,
    login: undefined,
    valueFiles: [],
    values: undefined,
    substitution: undefined,
    ...given,
  }
}

const release: ChartRelease = {
  name: 'hello',
  namespace: 'dev',
  isUpgrade: false,
  capabilities: { version: 'v1.34.4', apiVersions: ['apps/v1', 'apps/v1/Deployment'] },
}

describe('templateArguments', () => {
  const always = ['--namespace', 'dev', '--include-crds', '--skip-tests']
  const capable = [
    ...['--kube-version', 'v1.34.4'],
    ...['--api-versions', 'apps/v1', '--api-versions', 'apps/v1/Deployment'],
  ]
  const cases = [
    {
      name: 'a chart in the repository',
      given: source({}),
      reference: '/w/charts/app',
      expected: ['template', 'hello', '/w/charts/app', ...always, ...capable],
    },
    {
      name: 'a chart of a chart repository',
      given: source({ chart: 'app', repository: 'https://charts.example.com', version: '1.2.3' }),
      reference: '/t/app.tgz',
      expected: ['template', 'hello', '/t/app.tgz', ...always, ...capable],
    },
    {
      name: 'a chart of a registry',
      given: source({ chart: 'oci://iad.ocir.io/ns/charts/app', version: '1.2.3' }),
      reference: 'oci://iad.ocir.io/ns/charts/app',
      expected: [
        ...['template', 'hello', 'oci://iad.ocir.io/ns/charts/app', '--version', '1.2.3'],
        ...always,
        ...capable,
      ],
    },
    {
      name: 'a chart of a registry on this machine',
      given: source({ chart: 'oci://127.0.0.1:5000/app', version: '1.2.3' }),
      reference: 'oci://127.0.0.1:5000/app',
      expected: [
        ...['template', 'hello', 'oci://127.0.0.1:5000/app', '--version', '1.2.3', '--plain-http'],
        ...always,
        ...capable,
      ],
    },
  ]
  it.each(cases)('$name', ({ given, reference, expected }) => {
    const chart = { source: given, reference, valueFiles: [], registryConfig: undefined }
    expect(templateArguments(chart, release)).toEqual(expected)
  })

  it('tells of an upgrade, and gives values in files, in their order', () => {
    const chart = {
      source: source({}),
      reference: '/c',
      valueFiles: ['/t/a', '/t/b'],
      registryConfig: '/t/r',
    }
    const args = templateArguments(chart, { ...release, isUpgrade: true })
    expect(args).toContain('--is-upgrade')
    expect(args.slice(3, 5)).toEqual(['--registry-config', '/t/r'])
    expect(args.slice(-4)).toEqual(['--values', '/t/a', '--values', '/t/b'])
  })

  it('leaves the version of a cluster out that does not tell it', () => {
    const chart = { source: source({}), reference: '/c', valueFiles: [], registryConfig: undefined }
    const capabilities = { version: '', apiVersions: [] }
    expect(templateArguments(chart, { ...release, capabilities })).toEqual([
      ...['template', 'hello', '/c'],
      ...always,
    ])
  })
})

describe('chartSourceProblem accepts', () => {
  it.each([
    { name: 'a path', given: {} },
    { name: 'an archive', given: { chart: 'charts/app-1.2.3.tgz' } },
    { name: 'a registry', given: { chart: 'oci://iad.ocir.io/ns/app', version: '1.2.3' } },
    { name: 'a port', given: { chart: 'oci://localhost:5000/app', version: '1.2.3' } },
    { name: 'a digest', given: { chart: `oci://iad.ocir.io/ns/app@${digest}` } },
    {
      name: 'a chart repository',
      given: { chart: 'app', repository: 'https://charts.example.com/x', version: 'v1.2.3-rc.1+5' },
    },
  ])('$name', ({ given }) => {
    expect(chartSourceProblem(source(given))).toBeUndefined()
  })
})

describe('chartSourceProblem refuses', () => {
  const repository = 'https://charts.example.com'
  it.each([
    {
      name: 'a version of a path',
      given: { version: '1.2.3' },
      says: 'which has one version only',
    },
    {
      name: 'a range of versions',
      given: { chart: 'app', repository, version: '^1.2' },
      says: 'give the exact version',
    },
    {
      name: 'a registry without a version',
      given: { chart: 'oci://a.b/c' },
      says: 'has no version',
    },
    {
      name: 'a repository without a version',
      given: { chart: 'app', repository },
      says: 'has no version',
    },
    {
      name: 'a registry with a tag',
      given: { chart: 'oci://a.b/c:1.2.3', version: '1.2.3' },
      says: 'is no chart of a registry',
    },
    {
      name: 'a registry and a repository',
      given: { chart: 'oci://a.b/c', version: '1.2.3', repository },
      says: 'leave "chart-repository" out',
    },
    {
      name: 'a path in a repository',
      given: { chart: 'charts/app', repository, version: '1.2.3' },
      says: 'is no name of a chart',
    },
    {
      name: 'an option for a chart',
      given: { chart: '--post-renderer', repository, version: '1.2.3' },
      says: 'is no name of a chart',
    },
    {
      name: 'a repository that is no URL',
      given: { chart: 'app', repository: 'bitnami', version: '1.2.3' },
      says: 'expected a URL',
    },
    {
      name: 'a repository that is a file',
      given: { chart: 'app', repository: 'file:///etc', version: '1.2.3' },
      says: 'expected a URL',
    },
    {
      name: 'credentials in a URL',
      given: { chart: 'app', repository: 'https://u:p@charts.example.com', version: '1.2.3' },
      says: 'has credentials in the URL',
    },
    {
      name: 'a login over plain HTTP',
      given: {
        chart: 'app',
        repository: 'http://charts.example.com',
        version: '1.2.3',
        login: { username: 'a', password: 'b' },
      },
      says: 'would send its login over plain HTTP',
    },
    {
      name: 'a login for a path',
      given: { login: { username: 'a', password: 'b' } },
      says: 'takes no login',
    },
    {
      name: 'a digest beside a registry',
      given: { chart: 'oci://a.b/c', version: '1.2.3', digest },
      says: 'put the digest behind "@"',
    },
  ])('$name', ({ given, says }) => {
    expect(chartSourceProblem(source(given))).toContain(says)
  })
})
