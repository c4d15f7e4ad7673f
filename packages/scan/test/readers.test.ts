import { describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { capturedAt, criticalImage, fixture, line, read, sampleImage } from './sample-report.ts'

const npm = [
  'critical GHSA-xvch-5gv4-984h npm/minimist@1.2.0 fixed in 1.2.6',
  'high GHSA-35jh-r3h4-6jhm npm/lodash@4.17.20 fixed in 4.17.21',
  'medium GHSA-29mw-wpgm-hmr9 npm/lodash@4.17.20 fixed in 4.17.21',
  'medium GHSA-vh95-rmgr-6w4m npm/minimist@1.2.0 fixed in 1.2.3',
]
const npmByCve = [
  'critical CVE-2021-44906 npm/minimist@1.2.0 fixed in 1.2.6',
  'high CVE-2021-23337 npm/lodash@4.17.20 fixed in 4.17.21',
  'medium CVE-2020-28500 npm/lodash@4.17.20 fixed in 4.17.21',
  'medium CVE-2020-7598 npm/minimist@1.2.0 fixed in 1.2.3',
]
const debian = [
  'CVE-2005-2541 deb/tar@1.34+dfsg-1.2+deb12u1',
  'CVE-2010-4756 deb/libc6@2.36-9+deb12u9',
]
const lowDebian = debian.map((one) => `low ${one}`)
const negligibleDebian = debian.map((one) => `negligible ${one}`)

describe('readReport reads what the real tools wrote', () => {
  it.each([
    {
      file: 'grype/0.120.1/critical-whole.json',
      report: { format: 'grype', binding: 'manifest', operatingSystem: 'debian 12.8', alerts: [] },
      lines: [...npm, ...negligibleDebian],
    },
    {
      file: 'grype/0.120.1/critical.cdx.json',
      report: { format: 'cyclonedx', binding: 'manifest', packageCount: 4 },
      lines: [...npm, ...negligibleDebian],
    },
    {
      file: 'grype/0.120.1/critical.sarif',
      report: {
        format: 'sarif',
        binding: 'assumed',
        scanner: { name: 'grype', version: '0.120.1' },
      },
      // In its SARIF, Grype calls negligible ones low.
      lines: [...npm, ...lowDebian],
    },
    {
      file: 'trivy/0.72.0/critical.json',
      report: { format: 'trivy', binding: 'configuration', packageCount: 4 },
      lines: [...npmByCve, ...lowDebian],
    },
    {
      file: 'trivy/0.72.0/critical.cdx.json',
      report: { format: 'cyclonedx', binding: 'configuration', packageCount: 4 },
      lines: [...npmByCve, ...lowDebian],
    },
    {
      file: 'trivy/0.72.0/critical.sarif',
      report: { format: 'sarif', binding: 'configuration' },
      lines: [...npmByCve, ...lowDebian].map((one) => one.replace(/(npm|deb)\//, 'generic/')),
    },
  ])('$file', ({ file, report, lines }) => {
    const found = read(fixture(file))
    expect(found).toMatchObject({ digest: criticalImage.digest, ...report })
    expect(found.findings.map(line)).toEqual(lines)
  })

  it.each([
    'grype/0.120.1/clean-whole.json',
    'grype/0.120.1/clean.cdx.json',
    'grype/0.120.1/clean.sarif',
    'trivy/0.72.0/clean.json',
    'trivy/0.72.0/clean.cdx.json',
    'trivy/0.72.0/clean.sarif',
  ])('%s, which has no findings', (file) => {
    const digest = 'sha256:c9e9238d6c40b6c302c3b5ab36b8871136b7f2578f4729e82f5110fa80acde5e'
    const configDigest = /sha256:70134ad8[0-9a-f]+/.exec(fixture('trivy/0.72.0/clean.json'))?.[0]
    const layers = [...fixture('trivy/0.72.0/clean.json').matchAll(/"DiffID": "([^"]+)"/g)]
    const image = {
      ...criticalImage,
      digest,
      configDigest: configDigest ?? '',
      layers: layers.map(([, diffId = '']) => ({ diffId, digest: diffId })),
    }
    expect(read(fixture(file), { image }).findings).toEqual([])
  })

  it('secrets, misconfigurations and licences of Trivy', () => {
    const text = fixture('trivy/0.72.0/everything.json')
    const image = /"ImageID": "([^"]+)"/.exec(text)?.[1] ?? ''
    const diffIds = [
      ...new Set([...text.matchAll(/"DiffID": "([^"]+)"/g)].map(([, id = '']) => id)),
    ]
    const { findings } = read(text, {
      image: {
        ...criticalImage,
        configDigest: image,
        layers: diffIds.map((diffId) => ({ diffId, digest: diffId })),
      },
    })
    const ofKind = (kind: string): readonly string[] =>
      findings.filter((finding) => finding.kind === kind).map(line)
    expect(ofKind('secret')).toEqual(['critical aws-access-key-id /app/.env'])
    expect(ofKind('licence')).toEqual(['low MIT generic/minimist@'])
    expect(ofKind('misconfiguration')).toContain('high KSV-0017 app/pod.yaml')
    expect(ofKind('misconfiguration')).toHaveLength(17)
    expect(JSON.stringify(findings)).not.toContain('Q3EGRIDBSKEZ7XPT')
  })
})

describe('readReport reads what the documents of other tools describe', () => {
  it('OSV-Scanner, by the layers of the image', () => {
    const report = read(fixture('osv-scanner/sample.json'), { image: sampleImage })
    expect(report).toMatchObject({
      binding: 'layers',
      operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
    })
    expect(report.findings.map(line)).toEqual([
      'critical GHSA-xvch-5gv4-984h npm/minimist@1.2.0 fixed in 1.2.6',
      'high CVE-2024-2961 debian/libc6@2.36-9+deb12u4'.replace('debian', 'deb'),
      'medium GHSA-vh95-rmgr-6w4m npm/minimist@1.2.0 fixed in 1.2.3',
    ])
    expect(report.findings.map(({ layer }) => layer?.origin)).toEqual(['own', 'base', 'own'])
  })

  it('Clair, by the digest of the manifest', () => {
    const report = read(fixture('clair/sample.json'), { image: sampleImage })
    expect(report).toMatchObject({
      binding: 'manifest',
      operatingSystem: 'Oracle Linux Server 9.3',
      packageCount: 2,
    })
    expect(report.findings.map(line)).toEqual([
      'high CVE-2022-37434 rpm/zlib@1.2.11-40.el9',
      'medium ELSA-2023-3722 rpm/openssl-libs@1:3.0.7-6.el9_2 fixed in 1:3.0.7-16.0.1.el9_2',
    ])
  })

  it('Snyk, its applications as well', () => {
    const report = read(fixture('snyk/sample.json'), { image: sampleImage })
    expect(report).toMatchObject({ binding: 'manifest' })
    expect(report.findings.map(line)).toEqual([
      'critical SNYK-JS-MINIMIST-2429795 npm/minimist@1.2.0 fixed in 1.2.6',
      'high SNYK-DEBIAN12-GLIBC-6617101 deb/libc6@2.36-9+deb12u4 fixed in 2.36-9+deb12u6',
    ])
    expect(report.findings.at(1)).toMatchObject({
      aliases: ['CVE-2024-2961'],
      epss: { probability: 0.92, percentile: 0.99 },
    })
  })

  it('SPDX with references to advisories, which have no severity', () => {
    const document = JSON.parse(fixture('trivy/0.72.0/critical.spdx.json')) as SpdxDocument
    const minimist = document.packages.find(({ name }) => name === 'minimist')
    minimist?.externalRefs?.push({
      referenceCategory: 'SECURITY',
      referenceType: 'advisory',
      referenceLocator: 'https://nvd.nist.gov/vuln/detail/CVE-2021-44906',
    })
    const report = read(JSON.stringify(document))
    expect(report.findings.map(line)).toEqual(['unknown CVE-2021-44906 npm/minimist@1.2.0'])
  })
})

interface SpdxDocument {
  readonly packages: readonly { readonly name: string; readonly externalRefs?: object[] }[]
}

describe('readReport keeps what a report carries', () => {
  it('of Trivy: ratings, dates, layers, references', () => {
    const [worst] = read(fixture('trivy/0.72.0/critical.json')).findings
    expect(worst).toMatchObject({
      aliases: ['GHSA-xvch-5gv4-984h'],
      title: 'Prototype pollution in minimist',
      ratings: [{ source: 'ghsa', severity: 'critical' }],
      layer: { origin: 'own' },
      publishedAt: new Date('2022-03-18T00:01:09Z'),
      fixState: 'fixed',
      fixedIn: ['1.2.6', '0.2.4'],
      foundBy: ['trivy'],
      package: { purl: 'pkg:npm/minimist@1.2.0', path: '/app/node_modules/minimist/package.json' },
    })
  })

  it('of Grype: CVSS, EPSS, known exploitation, dates of fixes', () => {
    const document = JSON.parse(fixture('grype/0.120.1/critical-whole.json')) as GrypeDocument
    const [first] = document.matches
    Object.assign(first?.vulnerability ?? {}, {
      epss: [{ cve: 'CVE-2021-44906', epss: 0.01, percentile: 0.7, date: '2026-11-01' }],
      knownExploited: [{ cve: 'CVE-2021-44906', knownRansomwareCampaignUse: 'Unknown' }],
      fix: {
        versions: ['1.2.6'],
        state: 'fixed',
        available: [{ version: '1.2.6', date: '2022-03-17', kind: 'advisory' }],
      },
    })
    const [worst] = read(JSON.stringify(document)).findings
    expect(worst).toMatchObject({
      ratings: [{ source: 'ghsa', severity: 'critical', score: 9.8 }],
      epss: { probability: 0.01, percentile: 0.7 },
      isKnownExploited: true,
      fixedAt: new Date('2022-03-17'),
    })
  })
})

interface GrypeDocument {
  readonly matches: readonly { readonly vulnerability: object }[]
}

const trivy = fixture('trivy/0.72.0/critical.json')
const other = `sha256:${'9'.repeat(64)}`

describe('readReport refuses', () => {
  it.each([
    { name: 'nothing', text: '', says: /report\.json cannot be used: It is empty/i },
    { name: 'half a report', text: trivy.slice(0, 5000), says: /not JSON, or it was cut off/ },
    { name: 'an unknown format', text: '{"a":1}', says: /in no format that is known here: Grype/ },
    {
      name: 'a newer version of a format',
      text: trivy.replace('"SchemaVersion": 2', '"SchemaVersion": 3'),
      says: /At SchemaVersion: it is 3, and only 2 can be read \(Trivy\)/,
    },
    {
      name: 'a part that is not known',
      text: trivy.replace('"Vulnerabilities"', '"Vulnerabilitys"'),
      says: /At Results\[0\]\.Vulnerabilitys: it is not a part of this format/,
    },
    {
      name: 'a severity that is none',
      text: trivy.replace('"Severity": "CRITICAL"', '"Severity": "CRITICAM"'),
      says: /At Results\[1\]\.Vulnerabilities\[\d\]\.Severity: it has "CRITICAM"/,
    },
    {
      name: 'a report that is too old',
      text: trivy,
      changes: { now: new Date(capturedAt.getTime() + 6 * 24 * 3_600_000) },
      says: /The report of Trivy is too old/,
    },
    {
      name: 'an old database',
      text: trivy,
      changes: { database: { built: new Date('2026-11-01'), schemaVersion: '2' } },
      says: /vulnerability database of Trivy cannot be used: .*OCIR/,
    },
    {
      name: 'a list of components that nobody looked through',
      text: fixture('trivy/0.72.0/critical.spdx.json'),
      says: /nobody looked for vulnerabilities/,
    },
    {
      name: 'a CycloneDX document without vulnerabilities',
      text: JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components: [] }),
      says: /nobody looked for vulnerabilities/,
    },
    {
      name: 'a run of a tool that failed',
      text: JSON.stringify({
        version: '2.1.0',
        runs: [
          {
            tool: { driver: { name: 'x' } },
            results: [],
            invocations: [{ executionSuccessful: false }],
          },
        ],
      }),
      says: /At runs\[0\]\.invocations\[0\]\.executionSuccessful: it is not true/,
    },
    {
      name: 'another format than the one that is named',
      text: trivy,
      changes: { format: 'grype' as const },
      says: /\(Grype\)/,
    },
  ])('$name', ({ text, changes, says }) => {
    expect(() => read(text, changes)).toThrow(GateError)
    expect(() => read(text, changes)).toThrow(says)
  })

  it.each([
    'grype/0.120.1/critical-whole.json',
    'grype/0.120.1/critical.cdx.json',
    'trivy/0.72.0/critical.json',
    'trivy/0.72.0/critical.cdx.json',
    'trivy/0.72.0/critical.sarif',
  ])('%s for another image', (file) => {
    const image = { ...criticalImage, digest: other, configDigest: other }
    expect(() => read(fixture(file), { image })).toThrow(/is about another image/)
  })

  it.each(['clair/sample.json', 'snyk/sample.json'])('%s for another image', (file) => {
    const image = { ...sampleImage, digest: other }
    expect(() => read(fixture(file), { image })).toThrow(/is about another image/)
  })

  it('OSV-Scanner’s report of other layers', () => {
    const image = { ...sampleImage, layers: sampleImage.layers.slice(1) }
    expect(() => read(fixture('osv-scanner/sample.json'), { image })).toThrow(/another image/)
  })
})

describe('readReport warns', () => {
  it('of a report that says nothing of its image or its database', () => {
    expect(read(fixture('grype/0.120.1/critical.sarif')).alerts).toEqual([
      'Nothing in report.json says how old the database was: it may have been any',
      'Nothing in report.json says which image it is about: it is believed',
    ])
  })

  it('of an index’s digest, which does not tell its platforms apart', () => {
    const text = fixture('clair/sample.json')
    const image = { ...sampleImage, indexDigest: sampleImage.digest, digest: other }
    expect(read(text, { image }).binding).toBe('manifest')
    expect(read(text, { image: { ...image, platform: 'linux/arm64' } }).binding).toBe('assumed')
  })
})
