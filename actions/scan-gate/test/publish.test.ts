import { describe, expect, it } from '@jest/globals'
import { ConfigurationError, GateError } from '@oke-pipeline/core'
import { startFakeGitHub } from '@oke-pipeline/testing'
import type { FakeGitHub, Permissions } from '@oke-pipeline/testing'
import {
  fakeGrype,
  layoutWith,
  newJob,
  npmPackage,
  pullRequestEvent,
  reportAbout,
  runGate,
  writeSource,
} from './gate-harness.ts'
import type { Job, StepOutcome } from './gate-harness.ts'

const base = 'b'.repeat(40)
const sha = 'c'.repeat(40)

interface Shown {
  readonly inputs?: Readonly<Record<string, string>>
  readonly report?: 'critical' | 'clean'
  readonly from?: string
}

/** Runs the action for a pull request, with the permissions of the server's job. */
async function runForRequest(
  job: Job,
  server: FakeGitHub,
  { inputs = {}, report = 'critical', from = 'acme/hello' }: Shown,
): Promise<StepOutcome> {
  const { path, digest } = await layoutWith(job, npmPackage('minimist', '1.2.0'))
  const grype = await fakeGrype(job, { report: await reportAbout(digest, report) })
  const given = { layout: path, digest, grype, 'github-token': server.token, ...inputs }
  // The server is read twice before it has read a report: nobody waits for that here.
  const clock = { now: () => new Date(), sleep: () => Promise.resolve() }
  return runGate(job, given, {
    ports: { clock },
    environment: { ...process.env, ...server.environment },
    run: { eventPath: await pullRequestEvent(job, { from, base }), sha, ref: 'refs/pull/7/merge' },
  })
}

const both = { comment: 'true', 'upload-sarif': 'true' }
const enough: Permissions = {
  contents: 'read',
  'pull-requests': 'write',
  'security-events': 'write',
}

describe('scan-gate on a pull request', () => {
  it('keeps one comment, and shows findings in code scanning', async () => {
    await using job = await newJob()
    await using server = await startFakeGitHub({ permissions: enough })
    const first = await runForRequest(job, server, { inputs: both })
    expect(first.error).toBeInstanceOf(GateError)
    await runForRequest(job, server, { inputs: both, report: 'clean' })
    const { comments, analyses } = server.repository
    expect(comments).toHaveLength(1)
    expect(comments[0]?.body).toContain('Scan gate open')
    expect(analyses).toMatchObject([{ commit: sha, ref: 'refs/pull/7/merge' }, {}])
    expect(analyses[0]?.sarif).toContain('GHSA-xvch-5gv4-984h')
  })

  it('calls nobody where nothing is asked for', async () => {
    await using job = await newJob()
    await using server = await startFakeGitHub({ permissions: {} })
    await runForRequest(job, server, {})
    expect(server.requests).toEqual([])
  })

  it('writes nothing for a fork, and says so; the verdict is the same', async () => {
    await using job = await newJob()
    await using server = await startFakeGitHub({ permissions: { contents: 'read' } })
    const { runner, error } = await runForRequest(job, server, { inputs: both, from: 'bob/hello' })
    expect(error).toBeInstanceOf(GateError)
    expect(server.requests).toEqual([])
    expect(runner.annotations.map(({ title }) => title)).toContain(
      'scan-gate: Not shown on the pull request',
    )
  })

  it('fails for a missing permission where the gate is open, after the verdict is out', async () => {
    await using job = await newJob()
    await using server = await startFakeGitHub({ permissions: { contents: 'read' } })
    const shown = { inputs: { comment: 'true' }, report: 'clean' } as const
    const { runner, error } = await runForRequest(job, server, shown)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error?.message).toContain('Missing permission "pull-requests: write"')
    expect(runner.outputs).toMatchObject({ verdict: 'pass' })
  })

  it('fails by the verdict where both are wrong, and logs the other', async () => {
    await using job = await newJob()
    await using server = await startFakeGitHub({ permissions: { contents: 'read' } })
    const { runner, error } = await runForRequest(job, server, { inputs: both })
    expect(error).toBeInstanceOf(GateError)
    expect(runner.logged.join('\n')).toContain('Missing permission "pull-requests: write"')
    expect(runner.logged.join('\n')).toContain('Missing permission "security-events: write"')
  })
})

function waivers(...ids: readonly string[]): string {
  const expires = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10)
  const entries = ids.map(
    (id) => `\n  - { id: ${id}, reason: Why, owner: '@acme', expires: ${expires} }`,
  )
  return `schema: oke-pipeline/waivers/v1\nwaivers:${entries.join('')}\n`
}

describe('scan-gate with waivers on a pull request', () => {
  it('shows which of them the pull request changes', async () => {
    await using job = await newJob()
    const commits = { [base]: { 'security/waivers.yml': waivers('CVE-1', 'CVE-2') } }
    await using server = await startFakeGitHub({ permissions: enough, commits })
    await writeSource(job, 'security/waivers.yml', waivers('CVE-2', 'CVE-2021-44906'))
    const { runner } = await runForRequest(job, server, {
      inputs: { waivers: 'security/waivers.yml' },
    })
    const summary = runner.summary.join('')
    expect(summary).toContain('Waivers that change with this pull request')
    expect(summary).toMatch(/\| added \| CVE-2021-44906 \|/)
    expect(summary).toMatch(/\| removed \| CVE-1 \|/)
    expect(summary).not.toMatch(/\| (added|removed|changed) \| CVE-2 \|/)
  })

  it('says that it cannot know, and judges all the same', async () => {
    await using job = await newJob()
    await using server = await startFakeGitHub({ permissions: {} })
    await writeSource(job, 'waivers.yml', waivers('CVE-2021-44906'))
    const { runner } = await runForRequest(job, server, { inputs: { waivers: 'waivers.yml' } })
    expect(runner.outputs).toMatchObject({ verdict: 'fail', failing: '1' })
    expect(runner.summary.join('')).toContain('Missing permission')
  })
})
