import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ConfigurationError, GateError, ServiceError } from '@oke-pipeline/core'
import { declaration } from '../src/declaration.ts'
import { fakeGrype, layoutWith, newJob, npmPackage, reportAbout, runGate } from './gate-harness.ts'

const packages = npmPackage('minimist', '1.2.0')

describe('scan-gate', () => {
  it('opens for an image without findings at the cutoff, and sets every output', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, packages)
    const report = await reportAbout(digest, 'clean')
    const grype = await fakeGrype(job, { report })
    const { runner, error } = await runGate(job, { layout: path, digest, grype })
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ verdict: 'pass', digest, failing: '0', negligible: '1' })
    expect(Object.keys(runner.outputs)).toEqual(Object.keys(declaration.outputs))
    expect(await readFile(runner.outputs.report ?? '', 'utf8')).toBe(report)
  })

  it('closes for a critical one, after outputs and summary are written', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, packages)
    const grype = await fakeGrype(job, { report: await reportAbout(digest, 'critical') })
    const { runner, error } = await runGate(job, { layout: path, digest, grype })
    expect(error).toBeInstanceOf(GateError)
    expect(error?.message).toContain(
      'critical GHSA-xvch-5gv4-984h in minimist 1.2.0 (fixed in 1.2.6)',
    )
    expect(runner.outputs).toMatchObject({
      verdict: 'fail',
      failing: '2',
      critical: '1',
      high: '1',
    })
    expect(runner.summary.join('')).toContain('Scan gate closed')
  })

  it('only warns where the mode says so, with the verdict unchanged', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, packages)
    const grype = await fakeGrype(job, { report: await reportAbout(digest, 'critical') })
    const { runner, error } = await runGate(job, { layout: path, grype, mode: 'warn' })
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ verdict: 'fail' })
    expect(runner.annotations).toMatchObject([
      { level: 'warning', title: 'scan-gate: Gate closed by 2 vulnerabilities' },
    ])
  })

  it('says the same when it is run again', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, packages)
    const grype = await fakeGrype(job, { report: await reportAbout(digest, 'clean') })
    const inputs = { layout: path, grype, report: 'reports/scan.json' }
    const first = await runGate(job, inputs)
    const second = await runGate(job, inputs)
    expect(second.runner.outputs).toEqual(first.runner.outputs)
    expect(first.runner.outputs.report).toBe(join(job.folder, 'workspace/reports/scan.json'))
  })
})

interface ErrorCase {
  readonly name: string
  readonly report: (digest: string) => Promise<string | undefined>
  readonly exitCode?: number
  readonly kind: typeof GateError | typeof ServiceError
}

const none = (): Promise<undefined> => Promise.resolve(undefined)

const errorCases: readonly ErrorCase[] = [
  { name: 'no report is written', report: none, kind: ServiceError },
  { name: 'Grype fails', report: none, exitCode: 1, kind: ServiceError },
  {
    name: 'Grype fails after it wrote a report',
    report: (digest) => reportAbout(digest, 'clean'),
    exitCode: 1,
    kind: ServiceError,
  },
  { name: 'the report is empty', report: () => Promise.resolve(''), kind: GateError },
  {
    name: 'the report is cut off',
    report: async (digest) => (await reportAbout(digest, 'clean')).slice(0, -200),
    kind: GateError,
  },
  {
    name: 'the report is about another image',
    report: () => reportAbout(`sha256:${'0'.repeat(64)}`, 'clean'),
    kind: GateError,
  },
  {
    name: 'the database is too old',
    report: async (digest) =>
      (await reportAbout(digest, 'clean')).replace(
        /"built": "[^"]*"/,
        '"built": "2026-01-01T00:00:00Z"',
      ),
    kind: GateError,
  },
]

describe('scan-gate fails closed', () => {
  it.each(errorCases)('when $name', async ({ report, exitCode = 0, kind }) => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, packages)
    const text = await report(digest)
    const grype = await fakeGrype(job, {
      exitCode,
      ...(text === undefined ? {} : { report: text }),
    })
    const { runner, error } = await runGate(job, { layout: path, grype, mode: 'warn' })
    expect(error).toBeInstanceOf(kind)
    expect(runner.outputs).toMatchObject({ verdict: 'error', critical: '', report: '' })
  })

  it('when one byte of the layout was changed', async () => {
    await using job = await newJob()
    const { path, digest, blobs } = await layoutWith(job, packages)
    const layer = blobs.find((blob) => blob !== digest) ?? ''
    await appendFile(join(path, 'blobs/sha256', layer.replace('sha256:', '')), 'x')
    const grype = await fakeGrype(job, { report: await reportAbout(digest, 'clean') })
    const { runner, error } = await runGate(job, { layout: path, grype })
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ verdict: 'error' })
  })

  it('when the layout is another image than is asked for', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, packages)
    const grype = await fakeGrype(job, { report: await reportAbout(digest, 'clean') })
    const other = `sha256:${'0'.repeat(64)}`
    const { runner, error } = await runGate(job, { layout: path, digest: other, grype })
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ verdict: 'error' })
  })
})

describe('scan-gate input', () => {
  it('reports all problems at once', async () => {
    await using job = await newJob()
    const { runner, error } = await runGate(job, {
      layout: 'nowhere',
      digest: 'latest',
      'severity-cutoff': 'severe',
      'only-fixed': 'yes',
      'database-max-age': '5 days',
      grype: '--help',
      'grype-version': '0.0.1',
      mode: 'off',
      report: '../../etc/passwd',
      timeout: '1s',
    })
    expect(error).toBeInstanceOf(ConfigurationError)
    for (const name of [
      'layout',
      'digest',
      'severity-cutoff',
      'only-fixed',
      'database-max-age',
      'grype',
      'grype-version',
      'mode',
      'report',
      'timeout',
    ]) {
      expect(error?.message).toContain(`"${name}": got`)
    }
    expect(runner.outputs).toMatchObject({ verdict: 'error' })
  })

  it('refuses a report path that is a folder, and two ways to choose Grype', async () => {
    await using job = await newJob()
    const { path } = await layoutWith(job, packages)
    await mkdir(join(job.folder, 'workspace/reports'))
    const choice = { grype: '/opt/grype', 'grype-version': '0.120.1' }
    const { error } = await runGate(job, { layout: path, report: 'reports', ...choice })
    expect(error?.message).toContain('"report": got "reports"')
    expect(error?.message).toContain('"grype-version": got "0.120.1"')
  })

  it('does nothing with metacharacters and workflow commands but report them', async () => {
    await using job = await newJob()
    await writeFile(join(job.folder, 'workspace/untouched'), '')
    const { error } = await runGate(job, { layout: '$(rm -rf .)\n::set-output name=verdict::pass' })
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error?.message).not.toMatch(/^::/m)
  })
})
