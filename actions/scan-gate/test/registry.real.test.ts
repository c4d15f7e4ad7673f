import { randomBytes, sign } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { keySigner, signStatements } from '@oke-pipeline/evidence'
import { copyLayoutToRegistry, openLayout, parseReference } from '@oke-pipeline/image'
import { fakeVaultKey, recordingRunner, writeLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { newJob, npmPackage, runGate, writeSource } from './gate-harness.ts'
import type { Job } from './gate-harness.ts'
import { keepVex } from './keep-vex.ts'

const { environment, registry } = currentLab()
const repository = `${registry?.host ?? ''}/acme/scanned-${randomBytes(4).toString('hex')}`
const minimist = npmPackage('minimist', '1.2.0')
const lodash = npmPackage('lodash', '4.17.20')

let job: Job
let before = ''
let now = ''

/** Pushes an image with these packages; its name by digest. */
async function push(name: string, packages: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(job.folder, 'temp', name)
  const { path, digest } = await writeLayout({ folder, layers: [packages] })
  const target = { reference: parseReference(repository), tags: [] }
  await copyLayoutToRegistry(await openLayout(path), target, recordingRunner(job))
  await rm(path, { recursive: true })
  return `${repository}@${digest}`
}

beforeAll(async () => {
  job = await newJob()
  before = await push('before', minimist)
  now = await push('now', { ...minimist, ...lodash })
})

afterAll(async () => {
  await job[Symbol.asyncDispose]()
})

describe('scan-gate with images in a registry', () => {
  it('judges one by its digest, and keeps nothing in a layout of nobody', async () => {
    const { runner, error } = await runGate(job, { image: now }, { environment })
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ verdict: 'fail', critical: '1', statement: '' })
    expect(runner.summary.join('')).toContain(`<code>${repository}&#64;sha256:`)
  })

  it('lets only what the baseline does not have close the gate', async () => {
    const inputs = { image: now, 'baseline-image': before }
    const { runner, error } = await runGate(job, inputs, { environment })
    expect(error?.message).toContain('lodash')
    expect(error?.message).not.toContain('minimist')
    expect(runner.outputs).toMatchObject({ verdict: 'fail', critical: '1', failing: '1' })
    expect(Number(runner.outputs.new)).toBeGreaterThan(0)
  })

  it('opens for an image that adds nothing, and shows what it fixes', async () => {
    const inputs = { image: before, 'baseline-image': now }
    const { runner, error } = await runGate(job, inputs, { environment })
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ verdict: 'pass', new: '0', critical: '1' })
    expect(runner.summary.join('')).toMatch(/<summary>Fixed: \d/)
  })

  it('counts all as new against a baseline that is not there', async () => {
    const absent = `${repository}@sha256:${'0'.repeat(64)}`
    const inputs = { image: before, 'baseline-image': absent }
    const { runner, error } = await runGate(job, inputs, { environment })
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ verdict: 'fail' })
    expect(runner.summary.join('')).toContain('could not be used, so everything counts as new')
  })

  it('believes what a trusted key has signed in the registry, and nobody else', async () => {
    const key = fakeVaultKey('release')
    const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    await writeSource(job, 'release.pem', publicKey)
    const rules = 'schema: oke-pipeline/gate-policy/v1\nvulnerabilities: [{ severity: critical }]\n'
    await writeSource(job, 'policy.yml', `${rules}vex: { trusted-authors: [release] }\n`)
    const path = join(job.folder, 'temp', 'excused')
    await writeLayout({ folder: path, layers: [minimist] })
    const layout = await openLayout(path)
    await keepVex(layout, 'release')
    const signing = (bytes: Uint8Array): Promise<Buffer> =>
      Promise.resolve(sign('sha256', bytes, key.privateKey))
    const signer = keySigner({ name: key.id, publicKey, sign: signing })
    await signStatements(layout, [signer], recordingRunner(job))
    const target = { reference: parseReference(repository), tags: [] }
    await copyLayoutToRegistry(layout, target, recordingRunner(job))
    const image = `${repository}@${layout.digest}`
    const inputs = { image, policy: 'policy.yml' }
    const distrusting = await runGate(job, inputs, { environment })
    expect(distrusting.runner.outputs).toMatchObject({ verdict: 'fail' })
    const trusting = await runGate(
      job,
      { ...inputs, 'trusted-keys': 'release=release.pem' },
      { environment },
    )
    expect(trusting.runner.outputs).toMatchObject({ verdict: 'pass' })
  })

  it('answers the second time from its cache', async () => {
    await runGate(job, { image: now, mode: 'warn' }, { environment })
    const { runner } = await runGate(job, { image: now, mode: 'warn' }, { environment })
    expect(runner.logged.join('\n')).toContain('from the cache')
    expect(runner.outputs).toMatchObject({ verdict: 'fail', critical: '1' })
  })
})
