import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { currentLab } from '../../../test/setup/lab.ts'
import { startClusterJob } from './cluster-job.ts'
import { cluster, user } from './job.ts'
import type { Step } from './job.ts'

const run = promisify(execFile)
const lab = currentLab()

async function kubectl(...args: readonly string[]): Promise<string> {
  const environment = { ...lab.environment, KUBECONFIG: lab.kubernetes?.kubeconfig ?? '' }
  return (await run('kubectl', [...args], { env: environment })).stdout
}

/** A namespace of the lab's cluster that is gone at the end. */
async function makeNamespace(): Promise<AsyncDisposable & { readonly name: string }> {
  const name = `check-${randomBytes(4).toString('hex')}`
  await kubectl('create', 'namespace', name)
  return {
    name,
    async [Symbol.asyncDispose]() {
      await kubectl('delete', 'namespace', name, '--wait=false')
    },
  }
}

function rbacOf({ runner }: Step): string {
  return join(runner.outputs['check-files'] ?? '', 'rbac.yml')
}

function failed({ runner }: Step): readonly string[] {
  const failures = JSON.parse(runner.outputs['check-failures'] ?? '') as { check: string }[]
  return failures.map(({ check }) => check)
}

describe('the check of a cluster', () => {
  it('asks the API server for each right, and is content with the Role that it writes', async () => {
    await using job = await startClusterJob(lab, ['use clusters'])
    await using namespace = await makeNamespace()
    const given = { check: 'true', cluster, 'check-namespace': namespace.name }

    const before = await job.run(given)
    expect(before.runner.summary.join('')).toContain(`It knows the identity as ${user}`)
    expect(failed(before)).toContain(`Deploy to ${namespace.name}: pods/log`)
    expect(failed(before)).toHaveLength(13)

    await kubectl('apply', '--filename', rbacOf(before))
    const after = await job.run(given)
    expect(after.error).toBeUndefined()
    expect(after.runner.outputs['check-result']).toBe('passed')

    const withoutPatch = ['--type=json', '--patch']
    const change = [{ op: 'replace', path: '/rules/1/verbs', value: ['get', 'list', 'watch'] }]
    await kubectl(
      ...['patch', 'role', 'oke-pipeline-deploy', '--namespace', namespace.name],
      ...withoutPatch,
      JSON.stringify(change),
    )
    const lacking = await job.run(given)
    const name = `Deploy to ${namespace.name}: deployments, statefulsets, daemonsets`
    expect(failed(lacking)).toEqual([name])
    expect(lacking.runner.logged.join('\n')).toContain(
      'It may not create deployments, statefulsets, daemonsets; patch deployments, statefulsets, daemonsets; delete',
    )
  })

  it('says when the API server does not take the token', async () => {
    await using job = await startClusterJob(lab, ['use clusters'])
    job.gateway.refuseNext(Infinity)
    const step = await job.run({ check: 'true', cluster, 'check-namespace': 'default' })
    expect(failed(step)).toEqual(['Talk to the API server'])
    expect(step.runner.outputs['check-failures']).toContain('to use clusters in')
  })
})
