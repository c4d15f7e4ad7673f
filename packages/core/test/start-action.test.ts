import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'

const library = resolve(import.meta.dirname, '../src/index.ts')
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-action-'))
  for (const name of ['output', 'state', 'summary']) await writeFile(join(folder, name), '')
})

afterEach(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  readonly exitCode: number
  readonly log: string
  readonly summary: string
}

/** Runs an action whose main step has this body, as a process of its own. */
async function run(body: string, state: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const script = await writeAction(body)
  const environment = { ...environmentOfStep(), ...state }
  const { exitCode, log } = await new Promise<Omit<Ended, 'summary'>>((done) => {
    execFile(process.execPath, [script], { env: environment }, (error, stdout, stderr) => {
      done({ exitCode: error === null ? 0 : Number(error.code), log: stdout + stderr })
    })
  })
  return { exitCode, log, summary: await readFile(join(folder, 'summary'), 'utf8') }
}

async function writeAction(body: string): Promise<string> {
  const script = join(folder, 'action.ts')
  await writeFile(
    script,
    `import { GateError, startAction } from ${JSON.stringify(library)}
     const post = async (runner) => runner.log.info('post ran')
     await startAction({ name: 'sample', post, async main(runner) { ${body} } })`,
  )
  return script
}

function environmentOfStep(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    RUNNER_TEMP: folder,
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STATE: join(folder, 'state'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
  }
}

describe('startAction', () => {
  it('ends well, and leaves nothing of its own in the temp folder', async () => {
    const ended = await run(`await runner.files.writeSecret('a', 's')`)
    expect(ended.exitCode).toBe(0)
    const left = await readdir(folder)
    expect(left.filter((name) => name.startsWith('oke-pipeline'))).toEqual([])
  })

  it('tells a failure once, as annotation and summary, without a stack', async () => {
    const ended = await run(`throw new GateError({ title: 'No', explanation: 'Because.' })`)
    expect(ended.exitCode).toBe(1)
    expect(ended.log).toContain('::error title=sample%3A No::Because.')
    expect(ended.log).not.toMatch(/^ +at /m)
    expect(ended.summary).toContain('### sample: No')
  })

  it('leaves the summary to an action that has written one', async () => {
    const body = `await runner.writeSummary('### Mine'); throw new GateError({ title: 'No', explanation: 'Because.' })`
    expect((await run(body)).summary.trim()).toBe('### Mine')
  })

  it.each([`setTimeout(() => { throw new Error('late') }); await new Promise(() => {})`])(
    'does not end well when nothing waited for the error: %s',
    async (body) => {
      const ended = await run(body)
      expect(ended.exitCode).toBe(1)
      expect(ended.log).toContain('late')
      expect(ended.log).toContain('please report it')
    },
  )

  it('takes a runner that has died for a cancellation, and cleans up', async () => {
    const script = await writeAction(
      `await runner.files.writeSecret('a', 's')
       for (;;) { runner.log.info('tick'); await runner.clock.sleep(0.01, runner.signal) }`,
    )
    const child = spawn(process.execPath, [script], { env: environmentOfStep() })
    try {
      await once(child.stdout, 'data')
      child.stdout.destroy()
      child.stderr.destroy()
      expect(await once(child, 'exit')).toEqual([1, null])
    } finally {
      child.kill('SIGKILL')
    }
    const left = await readdir(folder)
    expect(left.filter((name) => name.startsWith('oke-pipeline'))).toEqual([])
    expect(await readFile(join(folder, 'summary'), 'utf8')).toContain('Cancelled')
  })

  it('runs post, with the state of main', async () => {
    const ended = await run('throw new Error("main")', { STATE_ownFolder: join(folder, 'own') })
    expect(ended).toMatchObject({ exitCode: 0, log: 'post ran\n' })
  })
})
