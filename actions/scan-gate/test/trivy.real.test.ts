import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { writeLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { layoutWith, newJob, npmPackage, runGate, writeSource } from './gate-harness.ts'

const { environment } = currentLab()
const vulnerable = { ...npmPackage('minimist', '1.2.0'), ...npmPackage('lodash', '4.17.20') }
const both = { scanners: 'grype, trivy' }

describe('scan-gate with Grype and Trivy', () => {
  it('takes for one finding what both have found', async () => {
    await using job = await newJob()
    const { path, digest } = await layoutWith(job, vulnerable)
    const inputs = { layout: path, digest, ...both, report: 'report.json' }
    const { runner, error } = await runGate(job, inputs, { environment })
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ verdict: 'fail', critical: '1', high: '1', medium: '2' })
    expect(runner.outputs['scanner-reports']?.split('\n')).toHaveLength(2)
    const text = await readFile(runner.outputs.report ?? '', 'utf8')
    const { findings } = JSON.parse(text) as { findings: { foundBy: string[] }[] }
    expect(findings[0]?.foundBy.toSorted()).toEqual(['grype', 'trivy'])
  })

  it('closes for a secret that Trivy sees', async () => {
    await using job = await newJob()
    const key = ['-----BEGIN RSA PRIVATE', 'KEY-----'].join(' ')
    const end = ['-----END RSA PRIVATE', 'KEY-----'].join(' ')
    const body = 'MIIEpAIBAAKCAQEA75K3aXz9kq0sT5LqXw2YvN1m'.repeat(8)
    const { path } = await writeLayout({
      folder: `${job.folder}/temp/layout`,
      layers: [{ 'app/id_rsa': `${key}\n${body}\n${end}\n` }],
    })
    const { runner } = await runGate(job, { layout: path, scanners: 'trivy' }, { environment })
    expect(runner.outputs).toMatchObject({ verdict: 'fail', failing: '1' })
    expect(runner.summary.join('')).toContain('Remove the secret, and revoke it, in')
  })

  it('goes by waivers of Trivy’s own format', async () => {
    await using job = await newJob()
    const { path } = await layoutWith(job, npmPackage('minimist', '1.2.0'))
    await writeSource(job, '.trivyignore', 'CVE-2021-44906\nCVE-2020-7598\n')
    const inputs = { layout: path, ...both, waivers: '.trivyignore' }
    const { runner, error } = await runGate(job, inputs, { environment })
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ verdict: 'pass', critical: '1' })
    expect(runner.summary.join('')).toContain('has no')
  })
})
