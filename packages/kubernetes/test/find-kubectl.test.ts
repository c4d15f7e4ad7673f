import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { obtainTool } from '@oke-pipeline/core'
import type { Http } from '@oke-pipeline/core'
import { recordingRunner } from '@oke-pipeline/testing'
import { kubectlFinder } from '../src/kubectl/find-kubectl.ts'
import type { KubectlFinder } from '../src/kubectl/find-kubectl.ts'
import type { ProgramPorts } from '../src/program/obtain-version.ts'

let folder = ''
let requested: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-kubectl-'))
  await mkdir(join(folder, 'bin'))
  requested = []
})

afterEach(() => rm(folder, { recursive: true }))

const downloaded = 'not kubectl'

/** Answers every download with bytes that nobody has published. */
const http: Http = {
  request({ url }) {
    requested.push(url.href)
    return Promise.resolve(new Response(downloaded))
  },
}

interface Machine {
  /** What the kubectl in PATH says of itself; undefined without one. */
  readonly installed?: string
  readonly architecture?: string
}

function portsFor({ architecture = 'x64' }: Machine): ProgramPorts {
  const environment = { PATH: join(folder, 'bin') }
  const runner = recordingRunner({ folder, environment })
  return { ...runner, http, architecture, toolStore: undefined }
}

async function finder(wanted: string | undefined, machine: Machine): Promise<KubectlFinder> {
  const { installed } = machine
  if (installed !== undefined) {
    const answer = JSON.stringify({ clientVersion: { gitVersion: installed } })
    const script = `#!/bin/sh\n[ "$*" = "version --client --output=json" ] && echo '${answer}'\n`
    await writeFile(join(folder, 'bin/kubectl'), script, { mode: 0o755 })
  }
  return kubectlFinder(wanted, portsFor(machine))
}

describe('kubectlFinder', () => {
  it('takes the one in PATH, where no version is wanted, without looking at it', async () => {
    expect(await (await finder(undefined, {}))()).toBe('kubectl')
  })

  it('takes the version that is wanted from PATH, known here or not', async () => {
    expect(await (await finder('1.29.3', { installed: 'v1.29.3' }))()).toBe('kubectl')
    expect(requested).toEqual([])
  })

  const site = 'https://dl.k8s.io/release'
  const downloads: readonly (Machine & { name: string; wanted: string; url: string })[] = [
    {
      name: 'what is wanted where PATH has none',
      wanted: '1.35.8',
      url: `${site}/v1.35.8/bin/linux/amd64/kubectl`,
    },
    {
      name: 'what is wanted where PATH has another, for the processor of the runner',
      installed: 'v1.35.8',
      wanted: '1.36.4',
      architecture: 'arm64',
      url: `${site}/v1.36.4/bin/linux/arm64/kubectl`,
    },
  ]
  it.each(downloads)('downloads $name once, and holds it to its SHA-256', async (given) => {
    const find = await finder(given.wanted, given)
    for (const one of [find(), find()]) {
      await expect(one).rejects.toThrow('The download of kubectl is not what was published')
    }
    expect(requested).toEqual([given.url])
  })

  const refused: readonly (Machine & { name: string; wanted: string; says: RegExp })[] = [
    {
      name: 'a version without a checksum',
      installed: 'v1.35.8',
      wanted: '1.20.0',
      says: /kubectl 1\.20\.0 is not downloaded: In PATH is 1\.35\.8; checksums are known here for 1\.36/,
    },
    {
      name: 'a processor that it is not known for',
      wanted: '1.35.8',
      architecture: 'riscv64',
      says: /There is no kubectl in PATH.* this runner is riscv64/,
    },
  ]
  it.each(refused)('does not download $name', async (given) => {
    await expect((await finder(given.wanted, given))()).rejects.toThrow(given.says)
    expect(requested).toEqual([])
  })
})

describe('a program that is published as it is', () => {
  const program = {
    name: 'kubectl',
    title: 'kubectl',
    version: '1.2.3',
    architecture: 'x64',
    url: new URL('https://dl.k8s.io/kubectl'),
    fileName: 'kubectl',
    // Of what is downloaded here.
    sha256: 'cdcb3610c2756f8cf1d09b79988d583aafede7d2b6b1345c6baeb80bb039e848',
    member: undefined,
  }

  it('can be run once it is checked, whether it is kept or downloaded', async () => {
    const kept = join(folder, 'kept')
    const toolStore = {
      find: () => (requested.length === 0 ? undefined : kept),
      keep: async (_tool: unknown, file: string) => {
        await writeFile(kept, await readFile(file))
        return kept
      },
    }
    const ports = { ...portsFor({}), toolStore }
    for (const path of [await obtainTool(program, ports), await obtainTool(program, ports)]) {
      expect(await readFile(path, 'utf8')).toBe(downloaded)
      expect((await stat(path)).mode & 0o777).toBe(0o755)
      expect(path).not.toBe(kept)
    }
    expect(requested).toEqual(['https://dl.k8s.io/kubectl'])
  })
})
