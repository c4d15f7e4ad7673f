import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { registryHoldings, runBundle, startFaultyProxy, writeLayout } from '@oke-pipeline/testing'
import type { WrittenLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'

const { registry } = currentLab()
if (registry === undefined) throw new Error('The lab has no registry')
const { host } = registry

let folder = ''
let layout: WrittenLayout
let repository = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'push-bundle-'))
  const layers = [{ app: randomBytes(200_000) }]
  layout = await writeLayout({ folder: join(folder, 'temp/image-layout'), layers })
  repository = `push-bundle/app-${randomBytes(6).toString('hex')}`
})

afterEach(() => rm(folder, { recursive: true }))

describe('the bundle of push-ocir', () => {
  it('pushes, and hands over the image by its digest', async () => {
    const image = `${host}/${repository}`
    const inputs = { layout: layout.path, digest: layout.digest, image, tags: '1.0' }
    const { exitCode, outputs } = await runBundle({ action: 'push-ocir', folder, inputs })
    expect(exitCode).toBe(0)
    expect(outputs).toMatchObject({ image: `${image}@${layout.digest}`, tags: `${image}:1.0` })
    const { isWhole, tags } = await registryHoldings(image, layout)
    expect({ isWhole, tags }).toEqual({ isWhole: true, tags: { '1.0': layout.digest } })
  })

  it('leaves no tag and no upload when the job is cancelled, and the next run pushes', async () => {
    await using proxy = await startFaultyProxy({ url: new URL(`http://${host}`) })
    proxy.add({ method: 'PUT', path: /uploads/, fault: { kind: 'silence' }, times: 9 })
    const inputs = { layout: layout.path, image: `${proxy.host}/${repository}`, tags: '1.0' }
    const { exitCode, log } = await runBundle({
      ...{ action: 'push-ocir', folder, inputs },
      onStart(running) {
        void (async () => {
          for (let polls = 0; polls < 4000 && proxy.faults() === 0; polls += 1) await wait(5)
          running.kill('SIGINT')
        })()
      },
    })
    expect(exitCode).toBe(1)
    expect(log).toContain('Cancelled')
    const given = proxy.requests.filter(({ method }) => method === 'DELETE')
    expect(given.length).toBeGreaterThan(0)
    expect(given.every(({ status }) => status === 204)).toBe(true)
    const after = await registryHoldings(`${host}/${repository}`, layout)
    expect({ tags: after.tags, broken: after.broken }).toEqual({ tags: {}, broken: [] })
    const next = { ...inputs, image: `${host}/${repository}` }
    expect(await runBundle({ action: 'push-ocir', folder, inputs: next })).toMatchObject({
      exitCode: 0,
    })
  })
})
