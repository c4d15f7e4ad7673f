import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parseEnvironments } from '@oke-pipeline/delivery'
import { checkWaivers, parseGatePolicy, parseWaivers } from '@oke-pipeline/scan'
import { readAction, readWorkflow, root } from './workflow-file.ts'

const folder = 'examples/scan-gate/.github'

function read(name: string): Promise<string> {
  return readFile(join(root, folder, name), 'utf8')
}

const workflow = await readWorkflow(`${folder}/workflows/check.yml`)
const steps = Object.values(workflow.data.jobs).flatMap((job) => job.steps)

describe('the example of the scan gate', () => {
  it('has a policy, and waivers that it allows on the day they were written', async () => {
    const policy = parseGatePolicy(await read('scan/policy.yml'), 'policy.yml')
    const { waivers, notes } = parseWaivers(await read('scan/waivers.yml'), 'waivers.yml')
    expect(policy.baseline.gate).toBe('new')
    expect(waivers).toHaveLength(1)
    expect(notes).toEqual([])
    const written = new Date('2026-11-25T00:00:00Z')
    expect(() => checkWaivers(waivers, policy.waivers, written)).not.toThrow()
  })

  it('knows the release of the environment that it compares with', async () => {
    const { environments } = parseEnvironments(await read('oke-pipeline.yml'), 'oke-pipeline.yml')
    expect(environments).toMatchObject([{ name: 'production', release: 'hello' }])
  })

  it('gives its actions only inputs that they have', async () => {
    for (const { uses = '', with: given = {} } of steps) {
      const name = /^oke-pipeline\/oke-pipeline\/actions\/([a-z-]+)@v1$/.exec(uses)?.[1]
      if (name === undefined) continue
      const { inputs } = await readAction(name)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
    }
  })

  it('asks for the permissions that the gate names for what it does', () => {
    const [job] = Object.values(workflow.data.jobs)
    expect(job?.permissions).toEqual({
      contents: 'read',
      'pull-requests': 'write',
      'security-events': 'write',
    })
  })
})
