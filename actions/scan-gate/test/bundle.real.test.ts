import { describe, expect, it } from '@jest/globals'
import { runBundle, startFakeGitHub } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import {
  layoutWith,
  newJob,
  npmPackage,
  pullRequestEvent,
  reportAbout,
  writeSource,
} from './gate-harness.ts'

const { environment } = currentLab()

const evil = String.raw`<img src=x>\n::error::gotcha\n##[error]x\u001b[31m|${'`'}`
const megabyte = 'x'.repeat(1024 * 1024)

describe('the bundle of scan-gate', () => {
  it('scans a layout with Grype, and ends with 1 where the gate is closed', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, npmPackage('minimist', '1.2.0'))
    const inputs = { layout: path, digest }
    const { folder } = job
    const closed = await runBundle({ action: 'scan-gate', folder, inputs, environment })
    expect(closed.exitCode).toBe(1)
    expect(closed.outputs).toMatchObject({ verdict: 'fail', digest, critical: '1' })
    expect(closed.log).toContain('::error title=scan-gate%3A Scan gate closed by')
    const again = await runBundle({ action: 'scan-gate', folder, inputs, environment })
    expect(again.log).toContain('from the cache')
  })

  it('lets nothing that a report says speak to the runner', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, npmPackage('minimist', '1.2.0'))
    const report = (await reportAbout(digest, 'critical'))
      .replaceAll('"minimist"', `"${evil}"`)
      .replace(/"description": "[^"]*"/, `"description": "${evil}${megabyte}"`)
    await writeSource(job, 'grype.json', report)
    const { exitCode, log, summary } = await runBundle({
      action: 'scan-gate',
      folder: job.folder,
      inputs: { layout: path, scanners: 'none', reports: 'grype.json' },
    })
    expect(exitCode).toBe(1)
    const commands = log.split('\n').filter((line) => line.startsWith('::'))
    expect(
      commands.filter((line) => !/^::(error|warning|group|endgroup|add-mask)\b/.test(line)),
    ).toEqual([])
    expect(log).not.toMatch(/^::error::gotcha/m)
    expect(log).not.toMatch(/##\[|\u001b\[/)
    expect(log.length).toBeLessThan(50_000)
    expect(summary).not.toMatch(/<img|^::|\u001b/m)
    expect(summary.length).toBeLessThan(50_000)
  })

  it('comments and uploads with the permissions that the README names', async () => {
    await using job = await newJob()
    await using server = await startFakeGitHub({
      permissions: { 'pull-requests': 'write', 'security-events': 'write' },
    })
    const { path, digest } = await layoutWith(job, npmPackage('minimist', '1.2.0'))
    await writeSource(job, 'grype.json', await reportAbout(digest, 'critical'))
    const reports = { scanners: 'none', reports: 'grype.json', mode: 'warn' }
    const shown = { comment: 'true', 'upload-sarif': 'true', 'github-token': server.token }
    const { exitCode, log } = await runBundle({
      action: 'scan-gate',
      folder: job.folder,
      inputs: { layout: path, ...reports, ...shown },
      environment: {
        ...server.environment,
        GITHUB_EVENT_PATH: await pullRequestEvent(job),
        GITHUB_REF: 'refs/pull/7/merge',
      },
    })
    expect(log).not.toContain('Missing permission')
    expect(exitCode).toBe(0)
    expect(server.repository.comments).toHaveLength(1)
    expect(server.repository.analyses).toHaveLength(1)
  })
})
