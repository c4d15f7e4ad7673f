import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { runnerToolStore } from '../src/index.ts'
import type { KeptTool } from '../src/index.ts'

const tool: KeptTool = {
  name: 'trivy',
  version: '0.72.0',
  architecture: 'x64',
  fileName: 'trivy_0.72.0_Linux-64bit.tar.gz',
}
const names = ['RUNNER_TOOL_CACHE', 'RUNNER_TEMP'] as const
const before = names.map((name) => [name, process.env[name]] as const)
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tool-store-'))
  for (const name of names) {
    // @actions/tool-cache reads the environment of the process itself.
    process.env[name] = join(folder, name)
    await mkdir(join(folder, name))
  }
})

afterEach(async () => {
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name)
    else process.env[name] = value
  }
  await rm(folder, { recursive: true })
})

describe('runnerToolStore', () => {
  it('finds what it kept, by name, version and processor', async () => {
    const file = join(folder, 'download')
    await writeFile(file, 'an archive')
    const store = runnerToolStore(process.env)
    expect(store?.find(tool)).toBeUndefined()
    const kept = await store?.keep(tool, file)
    expect(kept).toMatch(/RUNNER_TOOL_CACHE\/oke-pipeline-trivy\/0\.72\.0\/x64\/trivy_/)
    expect(await readFile(store?.find(tool) ?? '', 'utf8')).toBe('an archive')
    expect(store?.find({ ...tool, version: '0.73.0' })).toBeUndefined()
    expect(store?.find({ ...tool, architecture: 'arm64' })).toBeUndefined()
  })

  it('is not there where there is no runner', () => {
    expect(runnerToolStore({ RUNNER_TEMP: folder })).toBeUndefined()
    expect(runnerToolStore({ RUNNER_TEMP: folder, RUNNER_TOOL_CACHE: '' })).toBeUndefined()
  })
})
