import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { openLayout, writeArchive } from '@oke-pipeline/image'
import { currentLab } from '../../../test/setup/lab.ts'
import { layoutWith, newJob, npmPackage, runGate } from './gate-harness.ts'

const { environment } = currentLab()
const vulnerable = { ...npmPackage('minimist', '1.2.0'), ...npmPackage('lodash', '4.17.20') }

const ignoreEverything = `only-fixed: true
exclude: ['/app/**']
ignore:
  - package:
      type: npm
`

describe('scan-gate with Grype', () => {
  it('opens for an image whose packages are up to date', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, npmPackage('minimist', '1.2.8'))
    const { runner, error } = await runGate(job, { layout: path, digest }, { environment })
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ verdict: 'pass', digest, failing: '0', critical: '0' })
  })

  it('closes for an image with a critical vulnerability, and names it', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, vulnerable)
    const { runner, error } = await runGate(job, { layout: path, digest }, { environment })
    expect(error).toBeInstanceOf(GateError)
    expect(error?.message).toMatch(/critical GHSA-xvch-5gv4-984h in minimist 1\.2\.0/)
    expect(runner.outputs).toMatchObject({ verdict: 'fail', critical: '1', high: '1', medium: '2' })
    expect(runner.summary.join('')).toContain('CVE-2021-44906')
  })

  it('closes for such an image in a tar as well', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, vulnerable)
    const layout = `${path}.tar`
    await writeArchive(await openLayout(path), layout)
    const { runner, error } = await runGate(job, { layout, digest }, { environment })
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ verdict: 'fail', digest, critical: '1' })
  })

  it('is not weakened by a configuration of the repository, the home folder or the job', async () => {
    await using job = await newJob()
    const { path } = await layoutWith(job, vulnerable)
    const home = join(job.folder, 'home')
    await mkdir(home)
    for (const folder of [home, join(job.folder, 'workspace')]) {
      await writeFile(join(folder, '.grype.yaml'), ignoreEverything)
    }
    const settings = {
      HOME: home,
      GRYPE_CONFIG: join(home, '.grype.yaml'),
      GRYPE_EXCLUDE: '/app/**',
      GRYPE_ONLY_NOTFIXED: 'true',
      GRYPE_IGNORE_STATES: 'fixed',
    }
    const { runner } = await runGate(
      job,
      { layout: path },
      {
        environment: { ...environment, ...settings },
      },
    )
    expect(runner.outputs).toMatchObject({ verdict: 'fail', critical: '1', high: '1', medium: '2' })
  })

  it('scans every platform of an index', async () => {
    await using job = await newJob()
    const { path } = await layoutWith(job, vulnerable, ['linux/amd64', 'linux/arm64'])
    const { runner } = await runGate(job, { layout: path }, { environment })
    expect(runner.outputs).toMatchObject({ verdict: 'fail', critical: '1' })
    expect(runner.outputs['scanner-reports']?.split('\n')).toHaveLength(2)
  })

  it('fails closed without a database', async () => {
    await using job = await newJob()
    const { path } = await layoutWith(job, npmPackage('minimist', '1.2.8'))
    const empty = { ...environment, GRYPE_DB_CACHE_DIR: join(job.folder, 'nothing') }
    const { runner, error } = await runGate(job, { layout: path }, { environment: empty })
    expect(error).toBeInstanceOf(GateError)
    expect(error?.message).toContain('failed to load vulnerability db')
    expect(runner.outputs).toMatchObject({ verdict: 'error' })
  })

  it('fails closed when it is cancelled', async () => {
    await using job = await newJob()
    const { path } = await layoutWith(job, npmPackage('minimist', '1.2.8'))
    const cancellation = new AbortController()
    setTimeout(() => cancellation.abort(), 400)
    const { runner, error } = await runGate(
      job,
      { layout: path },
      { environment, signal: cancellation.signal },
    )
    expect(error?.message).toMatch(/abort/i)
    expect(runner.outputs).toMatchObject({ verdict: 'error' })
  })
})
