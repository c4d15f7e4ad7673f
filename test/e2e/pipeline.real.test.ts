import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { labWorld } from '../demo/lab-world.ts'
import { writeReport } from '../demo/report/write-report.ts'
import { runDemo } from '../demo/run-demo.ts'
import type { Act, DemoResult } from '../demo/run-demo.ts'
import { stepOf } from '../demo/scenario.ts'
import { currentLab } from '../setup/lab.ts'

const lab = currentLab()
const quiet = { onScenario: () => undefined, onLine: () => undefined, onFinding: () => undefined }
let folder = ''
let result: DemoResult

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-e2e-'))
  result = await runDemo(await labWorld(lab), join(folder, 'demo'), quiet)
}, 300_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

function act(name: string): Act {
  const found = result.acts.find(({ scenario }) => scenario.name === name)
  if (found === undefined) throw new Error(`The demo has no scenario "${name}"`)
  return found
}

function notSo({ findings }: Act): readonly string[] {
  return findings.filter(({ isTrue }) => !isTrue).map(({ claim, seen }) => `${claim}: ${seen}`)
}

function say(file: string, ...args: readonly string[]): string {
  return execFileSync(file, args, { env: lab.environment, encoding: 'utf8' }).trim()
}

function builtDigest(name: string): string {
  return stepOf(act(name).observation.run, 'build')?.outputs.digest ?? 'none'
}

function imageIds(namespace: string): readonly string[] {
  const path = '{.items[*].status.containerStatuses[*].imageID}'
  return say('kubectl', 'get', 'pods', '--namespace', namespace, '-o', `jsonpath=${path}`).split(
    ' ',
  )
}

describe('the shipped workflows, run by a real runner on real parts', () => {
  it('bring a commit to production by one digest', () => {
    expect(notSo(act('promoted'))).toEqual([])
    const { sha } = act('promoted').observation
    expect(say('crane', 'digest', '--insecure', `${result.image}:${sha}`)).toBe(
      builtDigest('promoted'),
    )
  })

  it('roll back a release that crash-loops', () => {
    expect(notSo(act('crash-loop'))).toEqual([])
    expect(builtDigest('crash-loop')).not.toBe(builtDigest('promoted'))
  })

  it('stop a critical vulnerability at the gate', () => {
    expect(notSo(act('vulnerable'))).toEqual([])
    expect(result.tags).not.toContain(act('vulnerable').observation.sha)
  })

  it('leave both environments running the first release', () => {
    const replicas = { 'hello-dev': 1, 'hello-production': 3 }
    for (const [namespace, count] of Object.entries(replicas)) {
      const ids = imageIds(namespace)
      expect(ids).toHaveLength(count)
      for (const id of ids) expect(id).toMatch(new RegExp(`@${builtDigest('promoted')}$`))
    }
  })

  it('are reported on a page, with the job summaries beside it', async () => {
    const page = await readFile(await writeReport(result, join(folder, 'report')), 'utf8')
    expect(page).toContain(builtDigest('promoted'))
    expect(page).toMatch(/(\d+) of \1 claims seen/)
    const [link] = /summaries\/promoted\/[a-z0-9-]+\.md/.exec(page) ?? []
    await expect(readFile(join(folder, 'report', link ?? ''), 'utf8')).resolves.toMatch(/^### /)
  })
})
