import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { GateError, systemExec } from '@oke-pipeline/core'
import { recordingRunner, writeLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { mergeReports, scanWith, scannerEnvironment } from '../src/index.ts'
import type { ScanOptions, ScanResult, ScanSubject, Scanner, ScannerName } from '../src/index.ts'
import { debian, npmPackage, subjectsOf } from './image-content.ts'

const { environment } = currentLab()
const grype = installed('grype', '0.120.1')
const trivy = installed('trivy', '0.72.0')

function installed(name: ScannerName, version: string): Scanner {
  return { name, version, origin: 'PATH', identity: name, file: () => Promise.resolve(name) }
}

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-with-'))
  await mkdir(join(folder, 'temp'))
  await mkdir(join(folder, 'workspace'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

const vulnerable = { ...npmPackage('minimist', '1.2.0'), ...npmPackage('lodash', '4.17.20') }

async function subjectOf(
  layers: readonly Readonly<Record<string, string>>[],
  platforms?: readonly string[],
): Promise<readonly ScanSubject[]> {
  const written = await writeLayout({
    folder: join(folder, 'layout'),
    layers,
    ...(platforms === undefined ? {} : { platforms }),
  })
  return subjectsOf(written)
}

async function only(layers: readonly Readonly<Record<string, string>>[]): Promise<ScanSubject> {
  const [subject] = await subjectOf(layers)
  if (subject === undefined) throw new Error('A layout has an image')
  return subject
}

interface Circumstances {
  readonly options?: Partial<ScanOptions>
  readonly settings?: Readonly<Record<string, string>>
  readonly now?: Date
}

function scan(
  scanners: readonly Scanner[],
  subject: ScanSubject,
  { options = {}, settings = {}, now = new Date() }: Circumstances = {},
): Promise<readonly ScanResult[]> {
  const own = scannerEnvironment({ ...environment, ...settings })
  const runner = recordingRunner({ folder, environment: own })
  return scanWith(
    scanners,
    subject,
    {
      databaseMaxAgeSeconds: 5 * 24 * 3600,
      timeoutSeconds: 120,
      kinds: ['vulnerability', 'secret', 'misconfiguration'],
      cache: undefined,
      ...options,
    },
    {
      exec: systemExec(own, runner.signal),
      files: runner.files,
      log: runner.log,
      clock: { ...runner.clock, now: () => now },
      environment: own,
      freeMemoryBytes: () => 8 * 1024 ** 3,
    },
  )
}

describe('scanWith', () => {
  it('finds the same with Grype and Trivy, and merges it', async () => {
    const subject = await only([debian, vulnerable])
    const results = await scan([grype, trivy], subject)
    expect(results.map(({ report }) => report)).toMatchObject([
      { format: 'grype', binding: 'manifest', packageCount: 4, operatingSystem: 'debian 12.8' },
      {
        format: 'trivy',
        binding: 'configuration',
        packageCount: 4,
        operatingSystem: 'debian 12.8',
      },
    ])
    const merged = mergeReports(results.map(({ report }) => report))
    expect(
      merged.map(({ severity, id, aliases, foundBy, layer, package: found }) => [
        ...[severity, id, aliases.join(), foundBy.join('+'), layer?.origin, found?.purl],
      ]),
    ).toEqual([
      [
        'critical',
        'GHSA-xvch-5gv4-984h',
        'CVE-2021-44906',
        'grype+trivy',
        'own',
        'pkg:npm/minimist@1.2.0',
      ],
      [
        'high',
        'GHSA-35jh-r3h4-6jhm',
        'CVE-2021-23337',
        'grype+trivy',
        'own',
        'pkg:npm/lodash@4.17.20',
      ],
      [
        'medium',
        'GHSA-29mw-wpgm-hmr9',
        'CVE-2020-28500',
        'grype+trivy',
        'own',
        'pkg:npm/lodash@4.17.20',
      ],
      [
        'medium',
        'GHSA-vh95-rmgr-6w4m',
        'CVE-2020-7598',
        'grype+trivy',
        'own',
        'pkg:npm/minimist@1.2.0',
      ],
      [
        'low',
        'CVE-2005-2541',
        '',
        'grype+trivy',
        'base',
        expect.stringContaining('pkg:deb/debian/tar@'),
      ],
      [
        'low',
        'CVE-2010-4756',
        '',
        'grype+trivy',
        'base',
        expect.stringContaining('pkg:deb/debian/libc6@'),
      ],
    ])
  })

  it('finds secrets in files and in the configuration of the image', async () => {
    const key = ['AKIA', 'Q3EGRIDBSKEZ7XPT'].join('')
    const subject = await only([
      npmPackage('minimist', '1.2.8'),
      { 'app/.env': `AWS_ACCESS_KEY_ID=${key}\n` },
    ])
    const [result] = await scan([trivy], subject)
    expect(result?.report.findings).toMatchObject([
      {
        kind: 'secret',
        id: 'aws-access-key-id',
        severity: 'critical',
        place: { path: '/app/.env', line: 1 },
      },
    ])
    expect(result?.text).not.toContain(key)
  })

  it('scans each platform of an index, and not one of them twice', async () => {
    const subjects = await subjectOf([debian, vulnerable], ['linux/amd64', 'linux/arm64'])
    const results = await Promise.all(subjects.map((subject) => scan([grype, trivy], subject)))
    expect(results.flat().map(({ report }) => report.platform)).toEqual([
      ...['linux/amd64', 'linux/amd64', 'linux/arm64', 'linux/arm64'],
    ])
    const merged = mergeReports(results.flat().map(({ report }) => report))
    expect(merged).toHaveLength(6)
    expect(merged[0]).toMatchObject({ platforms: ['linux/amd64', 'linux/arm64'] })
  })

  it('scans an SBOM of the image, and refuses one of another image', async () => {
    const subject = await only([debian, vulnerable])
    const sbom = join(folder, 'sbom.json')
    const { exec } = recordingRunner({ folder, environment })
    await exec.run({
      file: 'grype',
      args: ['--output', `cyclonedx-json=${sbom}`, `oci-dir:${subject.layout}`],
    })
    const results = await scan([grype, trivy], { ...subject, sbom })
    expect(results.map(({ report }) => report.findings.length)).toEqual([6, 5])
    expect(results.map(({ report }) => report.binding)).toEqual(['manifest', 'manifest'])
    const changed = (await readFile(sbom, 'utf8')).replaceAll(
      subject.image.digest,
      `sha256:${'0'.repeat(64)}`,
    )
    await writeFile(sbom, changed)
    await expect(scan([grype], { ...subject, sbom })).rejects.toThrow('is about another image')
  })

  it.each([grype, trivy])(
    'refuses an image with a system in which $name sees no package',
    async (scanner) => {
      const subject = await only([{ 'etc/os-release': debian['etc/os-release'] }])
      const scanning = scan([scanner], subject)
      await expect(scanning).rejects.toThrow(GateError)
      await expect(scanning).rejects.toThrow(/saw no packages in the image: .*(debian|os-release)/)
    },
  )

  it.each([grype, trivy])(
    'lets an image of one static program pass with $name',
    async (scanner) => {
      const [result] = await scan([scanner], await only([{ app: 'no package at all' }]))
      expect(result?.report).toMatchObject({ findings: [], packageCount: 0 })
    },
  )

  it.each([grype, trivy])('refuses an old database of $name', async (scanner) => {
    const subject = await only([debian, vulnerable])
    const now = new Date(Date.now() + 6 * 24 * 3_600_000)
    const scanning = scan([scanner], subject, { now })
    await expect(scanning).rejects.toThrow(
      /vulnerability database of \w+ cannot be used: .* 120\.0 h are allowed/,
    )
    await expect(scanning).rejects.toThrow(/OCIR/)
  })

  it.each([grype, trivy])('refuses to go on without a database of $name', async (scanner) => {
    const subject = await only([vulnerable])
    const nowhere = join(folder, 'nothing')
    const settings = { GRYPE_DB_CACHE_DIR: nowhere, TRIVY_CACHE_DIR: nowhere }
    const scanning = scan([scanner], subject, { settings })
    await expect(scanning).rejects.toThrow(GateError)
    await expect(scanning).rejects.toThrow(
      /could not scan the image: It ended with exit status 1 and said/,
    )
  })

  it.each([grype, trivy])('says that $name did not finish in time', async (scanner) => {
    const subject = await only([vulnerable])
    await expect(scan([scanner], subject, { options: { timeoutSeconds: 0.05 } })).rejects.toThrow(
      /(did not finish|could not scan)/,
    )
  })

  it('answers from the cache, for the same image and database only', async () => {
    const cache = join(folder, 'cache')
    const options = { cache }
    const subject = await only([debian, vulnerable])
    const first = await scan([grype, trivy], subject, { options })
    const second = await scan([grype, trivy], subject, { options })
    expect(first.map(({ isCached }) => isCached)).toEqual([false, false])
    expect(second.map(({ isCached }) => isCached)).toEqual([true, true])
    expect(second.map(({ report }) => report)).toEqual(first.map(({ report }) => report))
    const other = await only([debian, npmPackage('minimist', '1.2.8')])
    const third = await scan([grype, trivy], other, { options })
    expect(third.map(({ isCached }) => isCached)).toEqual([false, false])
  })

  it('scans again where the cache was changed', async () => {
    const cache = join(folder, 'cache')
    const subject = await only([vulnerable])
    await scan([grype], subject, { options: { cache } })
    const kept = join(cache, 'oke-pipeline-scans')
    for (const name of await readdir(kept)) {
      const text = await readFile(join(kept, name), 'utf8')
      await writeFile(join(kept, name), text.replaceAll('Critical', 'Low'))
    }
    const [again] = await scan([grype], subject, { options: { cache } })
    expect(again).toMatchObject({ isCached: false })
    expect(again?.report.findings[0]).toMatchObject({ severity: 'critical' })
  })
})
