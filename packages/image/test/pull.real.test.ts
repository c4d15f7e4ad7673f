import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startFaultyProxy, writeLayout } from '@oke-pipeline/testing'
import type { WrittenLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import {
  copyLayoutToRegistry,
  copyRegistryToLayout,
  openLayout,
  parseDigest,
  parseReference,
} from '../src/index.ts'
import type { Layout } from '../src/index.ts'
import { copyPorts } from './copy-ports.ts'

const host = currentLab().registry?.host ?? ''
const repository = `pull/app-${randomBytes(4).toString('hex')}`
let folder = ''
let pushed: WrittenLayout

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pull-'))
  pushed = await writeLayout({
    folder: join(folder, 'pushed'),
    layers: [{ 'bin/app': randomBytes(300_000) }, { 'etc/app.conf': randomBytes(8) }],
    platforms: ['linux/amd64', 'linux/arm64'],
    hasAttestation: true,
  })
  const reference = parseReference(`${host}/${repository}`)
  await copyLayoutToRegistry(await openLayout(pushed.path), { reference, tags: [] }, copyPorts())
})

afterAll(() => rm(folder, { recursive: true }))

let pulls = 0

function pull(registry = host, digest = pushed.digest): Promise<Layout> {
  pulls += 1
  const reference = { registry, repository, digest: parseDigest(digest) }
  const target = join(folder, `pulled-${pulls}`)
  return copyRegistryToLayout({ reference, credentials: undefined, folder: target }, copyPorts())
}

describe('copyRegistryToLayout', () => {
  it('makes the layout that was pushed, byte for byte', async () => {
    const layout = await pull()
    expect(layout.digest).toBe(pushed.digest)
    expect(layout.platforms).toEqual(['linux/amd64', 'linux/arm64'])
    for (const digest of pushed.blobs) {
      const name = `blobs/sha256/${digest.replace('sha256:', '')}`
      expect(await readFile(join(layout.path, name))).toEqual(
        await readFile(join(pushed.path, name)),
      )
    }
  })

  it('says that there is no such image', async () => {
    await expect(pull(host, `sha256:${'0'.repeat(64)}`)).rejects.toThrow('does not exist')
  })

  it('tries again when the connection ends', async () => {
    await using proxy = await startFaultyProxy({ url: new URL(`http://${host}`) })
    proxy.add({ method: 'GET', path: /blobs/, fault: { kind: 'cut-answer', afterBytes: 10 } })
    expect((await pull(proxy.host)).digest).toBe(pushed.digest)
    expect(proxy.faults()).toBe(1)
  })

  it('refuses other bytes than the digest promises', async () => {
    await using proxy = await startFaultyProxy({ url: new URL(`http://${host}`) })
    const change = (body: Buffer): Buffer => Buffer.concat([body.subarray(1), Buffer.from('x')])
    proxy.add({ method: 'GET', path: /blobs/, fault: { kind: 'body', change }, times: 9 })
    await expect(pull(proxy.host)).rejects.toThrow(/sha256:/)
  })
})
