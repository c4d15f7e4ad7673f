// Why programs are not started with @actions/exec: a cancelled job must be able to end what it
// started, and that package keeps the process to itself.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from '@jest/globals'

const root = resolve(import.meta.dirname, '../..')
const ours = pathToFileURL(`${root}/packages/core/src/ports/exec.ts`).href

/** Says its own process id, and stays. */
const program = JSON.stringify(['-e', 'console.log(process.pid); setInterval(() => {}, 1000)'])

const ways = {
  ours: `
    import { systemExec } from '${ours}'
    const controller = new AbortController()
    process.on('SIGINT', () => controller.abort())
    const exec = systemExec(process.env, controller.signal)
    await exec.run({ file: process.execPath, args: ${program}, onLine: console.log }).catch(() => {})`,
  '@actions/exec': `
    import { exec } from '@actions/exec'
    process.on('SIGINT', () => process.exit(1))
    await exec(process.execPath, ${program}, { silent: true, listeners: { stdline: console.log } })`,
}

describe('a job that is cancelled while a program runs', () => {
  it('ends the program that our port started', async () => {
    expect(await outlives(ways.ours)).toBe(false)
  })

  it('could not end one that @actions/exec started', async () => {
    expect(await outlives(ways['@actions/exec'])).toBe(true)
  })
})

/** Whether the program still runs when the step that started it was interrupted, and has ended. */
async function outlives(code: string): Promise<boolean> {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code]
  const step = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(step.stdout, 'data')) as [Buffer]
  const child = Number.parseInt(said.toString(), 10)
  step.kill('SIGINT')
  await once(step, 'exit')
  const isRunning = runs(child)
  if (isRunning) process.kill(child, 'SIGKILL')
  return isRunning
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
