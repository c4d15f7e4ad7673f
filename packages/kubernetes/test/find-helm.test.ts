import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Http } from '@oke-pipeline/core'
import { recordingRunner } from '@oke-pipeline/testing'
import { findHelm } from '../src/helm/find-helm.ts'

let folder = ''
let requested: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-helm-'))
  await mkdir(join(folder, 'bin'))
  requested = []
})

afterEach(() => rm(folder, { recursive: true }))

/** Answers every download with bytes that nobody has published. */
const http: Http = {
  request({ url }) {
    requested.push(url.href)
    return Promise.resolve(new Response('not Helm'))
  },
}

interface Machine {
  /** What the Helm in PATH says of itself; undefined without one. */
  readonly installed?: string
  readonly architecture?: string
}

async function find(
  wanted: string | undefined,
  { installed, architecture = 'x64' }: Machine,
): Promise<string> {
  if (installed !== undefined) {
    const script = `#!/bin/sh\n[ "$*" = "version --template {{.Version}}" ] && echo ${installed}\n`
    await writeFile(join(folder, 'bin/helm'), script, { mode: 0o755 })
  }
  const environment = { PATH: join(folder, 'bin') }
  const runner = recordingRunner({ folder, environment })
  return findHelm(wanted, { ...runner, http, architecture, toolStore: undefined })
}

describe('findHelm', () => {
  const inPath: readonly { name: string; installed: string; wanted?: string }[] = [
    { name: 'Helm 3, where none is wanted', installed: 'v3.21.4' },
    { name: 'Helm 4, where none is wanted', installed: 'v4.2.0' },
    { name: 'the version that is wanted, known here or not', installed: 'v3.7.1', wanted: '3.7.1' },
  ]
  it.each(inPath)('takes from PATH $name', async ({ installed, wanted }) => {
    expect(await find(wanted, { installed })).toBe('helm')
    expect(requested).toEqual([])
  })

  const site = 'https://get.helm.sh'
  const downloaded: readonly (Machine & { name: string; wanted?: string; url: string })[] = [
    { name: 'the default without one', url: `${site}/helm-v4.1.4-linux-amd64.tar.gz` },
    {
      name: 'the default where PATH has Helm 2',
      installed: 'v2.17.0',
      url: `${site}/helm-v4.1.4-linux-amd64.tar.gz`,
    },
    {
      name: 'the version that is wanted, for the processor of the runner',
      installed: 'v4.1.4',
      wanted: '3.21.4',
      architecture: 'arm64',
      url: `${site}/helm-v3.21.4-linux-arm64.tar.gz`,
    },
  ]
  it.each(downloaded)('downloads $name, and holds it to its SHA-256', async (given) => {
    const { wanted, url } = given
    await expect(find(wanted, given)).rejects.toThrow(
      'The download of Helm is not what was published',
    )
    expect(requested).toEqual([url])
  })

  const refused: readonly (Machine & { name: string; wanted?: string; says: RegExp })[] = [
    {
      name: 'a version without a checksum',
      installed: 'v4.1.4',
      wanted: '3.99.0',
      says: /Helm 3\.99\.0 is not downloaded: In PATH is 4\.1\.4; checksums are known here for 4\.1\.4, 3\./,
    },
    {
      name: 'a processor that it is not known for',
      architecture: 'riscv64',
      says: /There is no Helm in PATH.* this runner is riscv64/,
    },
  ]
  it.each(refused)('does not download $name', async (given) => {
    await expect(find(given.wanted, given)).rejects.toThrow(given.says)
    expect(requested).toEqual([])
  })
})
