import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { recordingRunner, registryHoldings, writeLayout } from '@oke-pipeline/testing'
import type { RecordingRunner, WrittenLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { startOwnRegistry } from '../../../test/setup/own-registry.ts'
import type { OwnRegistry } from '../../../test/setup/own-registry.ts'
import { main } from '../src/main.ts'

const { environment } = currentLab()

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'push-ocir-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
})

afterEach(() => rm(folder, { recursive: true }))

function start(isReadOnly: boolean): Promise<OwnRegistry> {
  return startOwnRegistry({ folder, isReadOnly, environment })
}

function newLayout(name: string): Promise<WrittenLayout> {
  return writeLayout({
    folder: join(folder, 'temp', name),
    layers: [{ 'bin/app': randomBytes(1000) }],
  })
}

async function push({ path }: WrittenLayout, host: string, tags: string): Promise<RecordingRunner> {
  const inputs = { layout: path, image: `${host}/team/app`, tags }
  const runner = recordingRunner({ folder, inputs })
  await main(runner)
  return runner
}

describe('push-ocir, to a registry that is read-only,', () => {
  it('says so, and is content with what is there already', async () => {
    const there = await newLayout('there')
    {
      await using writable = await start(false)
      await push(there, writable.host, '1.0')
    }
    await using registry = await start(true)
    const other = await newLayout('other')
    const refused = push(other, registry.host, '1.1')
    await expect(refused).rejects.toThrow(`Registry "${registry.host}" takes no images`)
    await expect(refused).rejects.toThrow('It is read-only, for maintenance or because it mirrors')
    const { outputs } = await push(there, registry.host, '1.0')
    expect(outputs).toMatchObject({ digest: there.digest, 'pushed-bytes': '0' })
    await expect(push(there, registry.host, '1.1')).rejects.toThrow('takes no images')
    const held = await registryHoldings(`${registry.host}/team/app`, there)
    expect(held).toMatchObject({ isWhole: true, tags: { '1.0': there.digest } })
    const absent = await registryHoldings(`${registry.host}/team/app`, other)
    expect(absent).toMatchObject({ isWhole: false, broken: [] })
  })
})
