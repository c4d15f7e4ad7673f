import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ConfigurationError, GateError } from '@oke-pipeline/core'
import { readStatements } from '@oke-pipeline/evidence'
import { openLayout } from '@oke-pipeline/image'
import { declaration } from '../src/declaration.ts'
import {
  fakeGrype,
  layoutWith,
  newJob,
  npmPackage,
  reportAbout,
  runGate,
  writeSource,
} from './gate-harness.ts'
import type { Job } from './gate-harness.ts'

const packages = npmPackage('minimist', '1.2.0')

/** A layout, and a Grype that says this of it. */
async function scanned(
  job: Job,
  name: 'critical' | 'clean',
): Promise<{ readonly layout: string; readonly digest: string; readonly grype: string }> {
  const { path, digest } = await layoutWith(job, packages)
  const grype = await fakeGrype(job, { report: await reportAbout(digest, name) })
  return { layout: path, digest, grype }
}

describe('scan-gate', () => {
  it('opens for an image without findings at the cutoff, and sets every output', async () => {
    await using job = await newJob()
    const inputs = await scanned(job, 'clean')
    const { runner, error } = await runGate(job, { ...inputs })
    expect(error).toBeUndefined()
    const { digest } = inputs
    expect(runner.outputs).toMatchObject({ verdict: 'pass', digest, failing: '0', negligible: '1' })
    expect(Object.keys(runner.outputs)).toEqual(Object.keys(declaration.outputs))
    expect(JSON.parse(runner.outputs.counts ?? '')).toMatchObject({ found: { negligible: 1 } })
    expect(runner.outputs.new).toBe('')
    const kept = await readFile(runner.outputs['scanner-reports'] ?? '', 'utf8')
    expect(kept).toContain(`"manifestDigest": "${digest}"`)
  })

  it('closes for a critical one, after outputs and summary are written', async () => {
    await using job = await newJob()
    const { runner, error } = await runGate(job, { ...(await scanned(job, 'critical')) })
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
    expect(runner.summary.join('')).toContain('Scan gate closed by 2 findings')
    expect(runner.annotations).toMatchObject([
      { level: 'error', title: 'scan-gate: GHSA-xvch-5gv4-984h', place: { file: 'Dockerfile' } },
      { level: 'error' },
    ])
  })

  it('only warns where the mode says so, with the verdict unchanged', async () => {
    await using job = await newJob()
    const inputs = { ...(await scanned(job, 'critical')), mode: 'warn' }
    const { runner, error } = await runGate(job, inputs)
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ verdict: 'fail' })
    expect(runner.summary.join('')).toContain('would be closed by 2 findings, and let the image')
    expect(runner.annotations.map(({ level }) => level)).not.toContain('error')
    expect(runner.annotations[0]?.title).toBe('scan-gate: Warning')
  })

  it('writes the report in every form that is asked for', async () => {
    await using job = await newJob()
    const targets = { report: 'out/r.json', sarif: 'out/r.sarif', html: 'r.html', csv: 'r.csv' }
    const inputs = { ...(await scanned(job, 'critical')), ...targets, mode: 'warn' }
    const { runner } = await runGate(job, inputs)
    for (const [name, path] of Object.entries(targets)) {
      expect(runner.outputs[name]).toBe(join(job.folder, 'workspace', path))
      expect(await readFile(runner.outputs[name] ?? '', 'utf8')).toContain('GHSA-xvch-5gv4-984h')
    }
  })

  it('keeps the verdict with the image', async () => {
    await using job = await newJob()
    const inputs = await scanned(job, 'critical')
    const { runner } = await runGate(job, { ...inputs, mode: 'warn' })
    const layout = await openLayout(inputs.layout)
    const [kept] = await readStatements(layout)
    expect(kept?.descriptor.digest).toBe(runner.outputs.statement)
    expect(kept?.statement.predicateType).toBe('https://in-toto.io/attestation/vulns/v0.1')
    expect(kept?.statement.predicate).toMatchObject({
      scanner: { uri: 'pkg:github/anchore/grype@v0.120.1' },
      okePipeline_verdict: { verdict: 'fail', digest: inputs.digest, mode: 'warn' },
    })
    // The image is what it was.
    expect(layout.digest).toBe(inputs.digest)
  })

  it('says the same when it is run again', async () => {
    await using job = await newJob()
    const inputs = { ...(await scanned(job, 'clean')), report: 'reports/scan.json' }
    const first = await runGate(job, inputs)
    const second = await runGate(job, inputs)
    const { statement: before, ...outputs } = first.runner.outputs
    expect(second.runner.outputs).toMatchObject(outputs)
    expect(before).toMatch(/^sha256:/)
  })
})

const policy = `schema: oke-pipeline/gate-policy/v1
vulnerabilities:
  - severity: critical
waivers: { longest-days: 90 }
`

function waiver(id: string, expires: string): string {
  return `schema: oke-pipeline/waivers/v1
waivers:
  - id: ${id}
    reason: Not reachable.
    owner: '@acme/payments'
    expires: ${expires}
`
}

/** A day so many days from now. */
function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
}

describe('scan-gate with files of rules', () => {
  it('goes by the policy, and lets a waiver excuse', async () => {
    await using job = await newJob()
    await writeSource(job, 'policy.yml', policy)
    await writeSource(job, 'waivers.yml', waiver('CVE-2021-44906', dayFromNow(60)))
    const inputs = { ...(await scanned(job, 'critical')), policy: 'policy.yml' }
    const closed = await runGate(job, inputs)
    expect(closed.runner.outputs).toMatchObject({ verdict: 'fail', failing: '1' })
    const open = await runGate(job, { ...inputs, waivers: 'waivers.yml' })
    expect(open.error).toBeUndefined()
    expect(open.runner.outputs).toMatchObject({ verdict: 'pass', failing: '0', critical: '1' })
    expect(open.runner.summary.join('')).toContain('Waived: 1')
  })

  it('lets no waiver excuse that has expired, and says so at its line', async () => {
    await using job = await newJob()
    await writeSource(job, 'waivers.yml', waiver('CVE-2021-44906', '2026-01-31'))
    const inputs = { ...(await scanned(job, 'critical')), waivers: 'waivers.yml' }
    const { runner, error } = await runGate(job, inputs)
    expect(error).toBeInstanceOf(GateError)
    const remark = runner.annotations.find(({ place }) => place?.file === 'waivers.yml')
    expect(remark).toMatchObject({ level: 'warning', place: { line: 3 } })
    expect(remark?.message).toContain('expired on')
  })

  it('lets a statement of VEX excuse whose author is trusted, and no other', async () => {
    await using job = await newJob()
    const inputs = { ...(await scanned(job, 'critical')), policy: 'policy.yml', vex: 'vex.json' }
    const statement = {
      vulnerability: { name: 'CVE-2021-44906' },
      products: [{ '@id': 'pkg:npm/minimist@1.2.0' }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
    }
    const document = {
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://acme.example/vex/1',
      author: 'Acme',
      timestamp: '2026-11-01T00:00:00Z',
      version: 1,
      statements: [statement],
    }
    await writeSource(job, 'vex.json', JSON.stringify(document))
    await writeSource(job, 'policy.yml', policy)
    const distrusting = await runGate(job, inputs)
    expect(distrusting.runner.outputs).toMatchObject({ verdict: 'fail', failing: '1' })
    await writeSource(job, 'policy.yml', `${policy}vex: { trusted-authors: [Acme] }\n`)
    const trusting = await runGate(job, inputs)
    expect(trusting.runner.outputs).toMatchObject({ verdict: 'pass' })
    expect(trusting.runner.summary.join('')).toContain('Excluded by VEX: 1')
  })

  it('compares with a report of before', async () => {
    await using job = await newJob()
    const inputs = { ...(await scanned(job, 'critical')), report: 'before.json', mode: 'warn' }
    await runGate(job, inputs)
    const { runner, error } = await runGate(job, {
      ...inputs,
      mode: 'enforce',
      report: 'now.json',
      'baseline-report': 'before.json',
    })
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ verdict: 'pass', new: '0', critical: '1' })
  })

  it('reports the problems of all files and inputs at once, before anything is scanned', async () => {
    await using job = await newJob()
    const { path } = await layoutWith(job, packages)
    await writeSource(job, 'policy.yml', `${policy}severity: high\n`)
    await writeSource(job, 'waivers.yml', waiver('CVE-1', 'soon'))
    const files = { policy: 'policy.yml', waivers: 'waivers.yml' }
    const nowhere = { grype: '/does/not/exist' }
    const rules = await runGate(job, { layout: path, ...files, ...nowhere })
    expect(rules.error).toBeInstanceOf(ConfigurationError)
    expect(rules.error?.message).toContain('policy.yml')
    expect(rules.error?.message).toMatch(/waivers\.yml[\s\S]*a date such as/)
    const all = await runGate(job, { layout: path, ...files, ...nowhere, mode: 'off' })
    for (const name of ['policy', 'waivers', 'mode']) {
      expect(all.error?.message).toContain(`"${name}": got`)
    }
    const one = await runGate(job, { layout: path, policy: 'policy.yml', ...nowhere })
    expect(one.error).toMatchObject({ place: { file: 'policy.yml', line: 5 } })
    expect(one.runner.outputs).toMatchObject({ verdict: 'error' })
  })
})

interface ErrorCase {
  readonly name: string
  readonly report: (digest: string) => Promise<string | undefined>
  readonly exitCode?: number
}

const none = (): Promise<undefined> => Promise.resolve(undefined)

const errorCases: readonly ErrorCase[] = [
  { name: 'no report is written', report: none },
  { name: 'Grype fails', report: none, exitCode: 1 },
  {
    name: 'Grype fails after it wrote a report',
    report: (digest) => reportAbout(digest, 'clean'),
    exitCode: 1,
  },
  { name: 'the report is empty', report: () => Promise.resolve('') },
  {
    name: 'the report is cut off',
    report: async (digest) => (await reportAbout(digest, 'clean')).slice(0, -200),
  },
  {
    name: 'the report is about another image',
    report: () => reportAbout(`sha256:${'0'.repeat(64)}`, 'clean'),
  },
  {
    name: 'the database is too old',
    report: async (digest) =>
      (await reportAbout(digest, 'clean')).replace(
        /"built": "[^"]*"/,
        '"built": "2026-01-01T00:00:00Z"',
      ),
  },
]

describe('scan-gate fails closed', () => {
  it.each(errorCases)('when $name', async ({ report, exitCode = 0 }) => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, packages)
    const text = await report(digest)
    const grype = await fakeGrype(job, {
      exitCode,
      ...(text === undefined ? {} : { report: text }),
    })
    const { runner, error } = await runGate(job, { layout: path, grype, mode: 'warn' })
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ verdict: 'error', critical: '', report: '' })
    const lenient = await runGate(job, { layout: path, grype, mode: 'continue' })
    expect(lenient.error).toBeUndefined()
    expect(lenient.runner.outputs).toMatchObject({ verdict: 'error', critical: '', report: '' })
    expect(lenient.runner.summary.join('')).toContain('Let through without a verdict')
    expect(lenient.runner.annotations).toMatchObject([{ level: 'warning' }])
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

  it('when a report that was brought along is about another image', async () => {
    await using job = await newJob()
    const { path } = await layoutWith(job, packages)
    await writeSource(job, 'grype.json', await reportAbout(`sha256:${'0'.repeat(64)}`, 'clean'))
    const inputs = { layout: path, scanners: 'none', reports: 'grype.json' }
    const { runner, error } = await runGate(job, inputs)
    expect(error?.message).toContain('another image')
    expect(runner.outputs).toMatchObject({ verdict: 'error' })
  })
})

describe('scan-gate with reports that were brought along', () => {
  it('judges them without a scanner', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, packages)
    await writeSource(job, 'grype.json', await reportAbout(digest, 'critical'))
    const inputs = { layout: path, scanners: 'none', reports: 'grype.json' }
    const { runner, error } = await runGate(job, inputs)
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ verdict: 'fail', failing: '2' })
  })

  it('merges them with what the scanner found', async () => {
    await using job = await newJob()
    const inputs = await scanned(job, 'clean')
    await writeSource(job, 'grype.json', await reportAbout(inputs.digest, 'critical'))
    const { runner } = await runGate(job, { ...inputs, reports: 'grype.json' })
    expect(runner.outputs).toMatchObject({ verdict: 'fail', critical: '1', negligible: '1' })
  })
})

describe('scan-gate input', () => {
  it('reports all problems at once', async () => {
    await using job = await newJob()
    const wrong = {
      layout: 'nowhere',
      digest: 'latest',
      image: 'hello:latest',
      scanners: 'clair',
      kinds: 'virus',
      sbom: 'none.json',
      reports: 'missing.json',
      'severity-cutoff': 'severe',
      'only-fixed': 'yes',
      'fail-on-unknown': 'no',
      'baseline-image': 'hello',
      'database-max-age': '5 days',
      'grype-database': 'http://example.invalid',
      grype: '--help',
      'grype-version': '0.0.1',
      mode: 'off',
      report: '../../etc/passwd',
      'sarif-category': '../x',
      comment: '1',
      timeout: '1s',
    }
    const { runner, error } = await runGate(job, wrong)
    expect(error).toBeInstanceOf(ConfigurationError)
    for (const name of Object.keys(wrong)) expect(error?.message).toContain(`"${name}": got`)
    expect(runner.outputs).toMatchObject({ verdict: 'error' })
  })

  it.each([
    { name: 'no image', inputs: {}, problem: '"layout": is required, unless "image"' },
    {
      name: 'no scanner and no report',
      inputs: { scanners: 'none' },
      problem: '"reports": is required',
    },
    {
      name: 'a scanner and none',
      inputs: { scanners: 'none, grype', reports: 'x' },
      problem: '"scanners": got "none, grype"',
    },
    {
      name: 'a user without password',
      inputs: { username: 'bob' },
      problem: '"password": is required together',
    },
    {
      name: 'two baselines',
      inputs: { 'baseline-report': 'x', 'baseline-environment': 'production' },
      problem: '"baseline-environment": expected one of',
    },
    {
      name: 'an environment of a file that is not there',
      inputs: { 'baseline-environment': 'production' },
      problem:
        '"environments-file": Environments file ".github/oke-pipeline.yml" was not found: There is no',
    },
    {
      name: 'a policy and a cutoff',
      inputs: { policy: 'x', 'severity-cutoff': 'high', 'only-fixed': 'true' },
      problem: '"severity-cutoff": got "high", expected it or "policy"',
    },
    {
      name: 'two ways to choose Grype',
      inputs: { grype: '/opt/grype', 'grype-version': '0.120.1' },
      problem: '"grype-version": got "0.120.1"',
    },
  ])('refuses $name', async ({ inputs, problem }) => {
    await using job = await newJob()
    const { error } = await runGate(job, { ...inputs })
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error?.message).toContain(problem)
  })

  it.each([
    { name: 'no way', inputs: {}, problem: '"cluster": is required, or "kubeconfig"' },
    {
      name: 'two ways',
      inputs: { cluster: 'ocid1.cluster.oc1.iad.aaaa', 'cluster-server': 'https://192.0.2.7:6443' },
      problem: '"cluster-server": cannot be given together with "cluster"',
    },
  ])('refuses $name to the cluster of the environment', async ({ inputs, problem }) => {
    await using job = await newJob()
    await writeSource(
      job,
      '.github/oke-pipeline.yml',
      `schema: oke-pipeline/environments/v1
environments: [{ name: production, namespace: hello, manifests: [deploy] }]
`,
    )
    const { error } = await runGate(job, { 'baseline-environment': 'production', ...inputs })
    expect(error?.message).toContain(problem)
    expect(error?.message).toContain('"layout": is required')
  })

  it('refuses a report path that is a folder', async () => {
    await using job = await newJob()
    const { path } = await layoutWith(job, packages)
    await mkdir(join(job.folder, 'workspace/reports'))
    const { error } = await runGate(job, { layout: path, report: 'reports', sarif: 'reports' })
    expect(error?.message).toContain('"report": got "reports"')
    expect(error?.message).toContain('"sarif": got "reports"')
  })

  it('masks its secrets', async () => {
    await using job = await newJob()
    const secrets = { username: 'bob', password: 'correct horse', 'github-token': 'ghs_secret' }
    const { runner } = await runGate(job, { layout: 'nowhere', ...secrets })
    expect(runner.masked).toContain('correct horse')
    expect(runner.masked).toContain('ghs_secret')
  })

  it('does nothing with metacharacters and workflow commands but report them', async () => {
    await using job = await newJob()
    await writeFile(join(job.folder, 'workspace/untouched'), '')
    const { error } = await runGate(job, { layout: '$(rm -rf .)\n::set-output name=verdict::pass' })
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error?.message).not.toMatch(/^::/m)
  })
})
