import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { parse } from 'yaml'
import { currentLab } from '../../../test/setup/lab.ts'
import { startClusterJob } from './cluster-job.ts'
import { cluster, compartment, user } from './job.ts'
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

const Setup = v.object({
  jobs: v.object({
    check: v.object({
      environment: v.literal('production'),
      permissions: v.object({ 'id-token': v.literal('write') }),
      steps: v.tuple([v.object({ with: v.record(v.string(), v.unknown()) })]),
    }),
  }),
})

/** The inputs that the workflow of the README gives, with values that are right here. */
async function inputsOfSetup(
  values: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  const [, workflow = ''] = /^```yaml\n(name: Check OCI\n[^]*?)^```/m.exec(readme) ?? []
  const { check, ...given } = v.parse(Setup, parse(workflow)).jobs.check.steps[0].with
  expect(Object.keys(given).sort()).toEqual(Object.keys(values).sort())
  return { ...values, check: String(check) }
}

function rbacOf({ runner }: Step): string {
  return join(runner.outputs['check-files'] ?? '', 'rbac.yml')
}

function failed({ runner }: Step): readonly string[] {
  const failures = JSON.parse(runner.outputs['check-failures'] ?? '') as { check: string }[]
  return failures.map(({ check }) => check)
}

describe('the check of a cluster', () => {
  it('goes as the README’s setup says: all but the Role it writes, and then that as well', async () => {
    await using job = await startClusterJob(lab, ['manage repos', 'use clusters'])
    await using namespace = await makeNamespace()
    const given = await inputsOfSetup({
      ...job.inputs,
      'check-repository': 'iad.ocir.io/acme/team/app',
      cluster,
      'check-namespace': namespace.name,
      'check-compartment': compartment,
      'check-group': "group 'Default'/'deployers'",
    })

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
