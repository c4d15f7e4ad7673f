import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { parseEnvironments } from '@oke-pipeline/delivery'
import * as valibot from 'valibot'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')
const commits = 'test/demo/commits'

const crashLoop = [{ from: `${commits}/crash-loop`, to: '.' }]
const vulnerable = [
  { from: `${commits}/vulnerable`, to: '.' },
  { from: 'node_modules/minimist-1.2.5', to: 'vendor/minimist' },
]

/** The application at each commit of the demo, and what is copied over the example for it. */
const versions = [
  { name: 'the example', version: '1.0.0', changes: [] },
  { name: 'the commit that needs a database', version: '1.1.0', changes: crashLoop },
  { name: 'the commit with a vulnerable dependency', version: '1.2.0', changes: vulnerable },
]

/** Puts the files of a version where its image would have them. */
async function assemble(changes: (typeof versions)[number]['changes']): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hello-'))
  await cp(join(root, 'examples/hello'), folder, { recursive: true })
  for (const { from, to } of changes) {
    await cp(join(root, from), join(folder, to), { recursive: true })
  }
  await rename(join(folder, 'vendor'), join(folder, 'node_modules'))
  return folder
}

/** Runs Node.js in the folder as a container would: without the variables of this process. */
async function node(folder: string, ...args: readonly string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await run(process.execPath, args, { cwd: folder, env: {} })) }
  } catch (error) {
    return valibot.parse(Ended, error)
  }
}

const Ended = valibot.object({ code: valibot.number(), stdout: valibot.string() })
type Ended = valibot.InferOutput<typeof Ended>

describe.each(versions)('$name', ({ version, changes }) => {
  let folder = ''

  beforeAll(async () => {
    folder = await assemble(changes)
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('passes its own tests', async () => {
    const { code, stdout } = await node(folder, '--test', '--test-reporter', 'tap')
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^# pass [5-9]$/m) })
  })

  it(`calls itself ${version}`, async () => {
    const text = await readFile(join(folder, 'package.json'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({ name: 'hello', version })
  })
})

describe('the commit that needs a database', () => {
  it('ends with status 3 and says why where there is none', async () => {
    const folder = await assemble(crashLoop)
    const { code, stdout } = await node(folder, 'server.js')
    await rm(folder, { recursive: true })
    expect(code).toBe(3)
    expect(stdout).toContain('hello cannot start: DATABASE_URL is not set')
  })

  it('changes nothing in the workflow but the environment of the test', async () => {
    const path = '.github/workflows/deliver.yml'
    const before = await readFile(join(root, 'examples/hello', path), 'utf8')
    const after = await readFile(join(root, commits, 'crash-loop', path), 'utf8')
    const added = /^ {6}test-environment: \|\n {8}DATABASE_URL=.*\n/m
    expect(after).toMatch(added)
    expect(after.replace(added, '')).toBe(before)
  })
})

describe('the example', () => {
  it('describes its environments', async () => {
    const file = '.github/oke-pipeline.yml'
    const text = await readFile(join(root, 'examples/hello', file), 'utf8')
    expect(parseEnvironments(text, file).environments.map(({ name }) => name)).toEqual([
      'dev',
      'production',
    ])
  })
})
