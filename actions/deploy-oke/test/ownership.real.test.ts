import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { currentLab } from '../../../test/setup/lab.ts'
import { application, digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

const run = promisify(execFile)
const lab = currentLab()

let world: World
let one = ''

beforeAll(async () => {
  world = await makeWorld('ownership')
  one = await world.image(serving, 'one')
}, 60_000)

afterAll(() => world.close())

const settings = (...lines: readonly string[]): string =>
  ['apiVersion: v1', 'kind: ConfigMap', 'metadata: { name: settings }', 'data:', ...lines].join(
    '\n',
  )

async function live(resource: string, path: string): Promise<string> {
  return world.kubectl('get', resource, `--output=jsonpath={${path}}`)
}

// Each test goes on with what the one before has left in the namespace.
describe('deploy-oke, over objects that others made,', () => {
  it('takes away what kubectl apply had and the manifests lack', async () => {
    const sidecar = `        - name: sidecar
          image: ${one}
          command: [/bin/sh, -c, 'sleep 100']
`
    const old = application({ extra: `          env: [{ name: OLD, value: x }]\n${sidecar}` })
    await world.write('old/app.yml', old.replace('image: hello', `image: ${one}`))
    await world.write('old/settings.yml', settings('  colour: red', '  old: value'))
    await world.kubectl('apply', '--filename', `${world.folder}/workspace/old`)
    await world.kubectl('rollout', 'restart', 'deployment/hello')
    await world.write('k8s/app.yml', application({ hasProbe: false }))
    await world.write('k8s/settings.yml', settings('  colour: red'))

    const { failure, outputs, summary } = await world.deploy({ image: one })

    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(one) })
    const { spec, metadata } = JSON.parse(await live('deployment/hello', '.spec.template')) as {
      spec: { containers: readonly object[] }
      metadata: { annotations: object }
    }
    expect(spec.containers).toEqual([
      expect.not.objectContaining({ readinessProbe: expect.anything(), env: expect.anything() }),
    ])
    expect(Object.keys(metadata.annotations)).toEqual(['kubectl.kubernetes.io/restartedAt'])
    expect(JSON.parse(await live('configmap/settings', '.data'))).toEqual({ colour: 'red' })
    expect(await live('configmap/settings', '.metadata.annotations')).not.toContain('last-applied')
    const text = summary.join()
    for (const name of ['ConfigMap/settings', 'Deployment/hello', 'Service/hello']) {
      expect(text).toContain(`| ${name} | changed | from <code>kubectl-client-side-apply</code> |`)
    }
  })

  it('changes nothing the second time', async () => {
    expect((await world.deploy({ image: one })).outputs).toMatchObject({ status: 'unchanged' })
  })

  it('refuses, when told so, fields that somebody else has set', async () => {
    await world.kubectl(
      'patch',
      'configmap/settings',
      '--field-manager=kubectl-edit',
      '--patch={"data":{"colour":"blue","added":"by hand"}}',
    )
    const { failure, states } = await world.deploy({ image: one, 'force-conflicts': 'false' })
    expect(failure).toContain('The cluster would refuse 1 of 3 objects')
    expect(failure).toMatch(
      /k8s\/settings\.yml:1 ConfigMap\/settings: \.data\.colour: conflict with "kubectl-edit" using v1/,
    )
    expect(failure).toContain('set "force-conflicts" to "true"')
    expect(states).not.toHaveProperty('revision')
    expect(await live('configmap/settings', '.data.colour')).toBe('blue')
  })

  it('takes them over otherwise, and leaves what others have added', async () => {
    const { outputs, summary } = await world.deploy({ image: one })
    expect(outputs).toMatchObject({ status: 'deployed' })
    expect(summary.join()).toContain(
      '| ConfigMap/settings | changed | <code>.data.colour</code> from <code>kubectl-edit</code> |',
    )
    expect(JSON.parse(await live('configmap/settings', '.data'))).toEqual({
      colour: 'red',
      added: 'by hand',
    })
  })

  it('leaves the number of replicas to an autoscaler, but not to people', async () => {
    const scale = async (replicas: number, manager: string): Promise<void> => {
      await world.kubectl(
        'patch',
        'deployment/hello',
        '--subresource=scale',
        `--field-manager=${manager}`,
        '--type=merge',
        `--patch={"spec":{"replicas":${replicas}}}`,
      )
    }
    await scale(3, 'kube-controller-manager')
    await world.write('k8s/settings.yml', settings('  colour: green'))
    expect((await world.deploy({ image: one })).outputs).toMatchObject({ status: 'deployed' })
    expect(await live('deployment/hello', '.spec.replicas')).toBe('3')
    await scale(1, 'kubectl')
    expect((await world.deploy({ image: one })).outputs).toMatchObject({ status: 'deployed' })
    expect(await live('deployment/hello', '.spec.replicas')).toBe('2')
  })
})

describe('deploy-oke, over what Helm installed,', () => {
  it('takes the place of Helm', async () => {
    const other = await makeWorld('helm')
    try {
      await other.write('chart/Chart.yaml', 'apiVersion: v2\nname: hello\nversion: 1.0.0\n')
      const template = application({ extra: '          env: [{ name: OLD, value: x }]' })
      await other.write(
        'chart/templates/app.yml',
        template.replace('image: hello', `image: ${one}`),
      )
      const chart = `${other.folder}/workspace/chart`
      await run('helm', ['install', 'hello', chart, '--namespace', other.namespace], {
        env: lab.environment,
      })
      await other.write('k8s/app.yml', application())

      const { failure, summary } = await other.deploy({ image: one })

      expect(failure).toBe('')
      expect(summary.join()).toContain('| Deployment/hello | changed | from <code>helm</code> |')
      const deployment = await other.kubectl('get', 'deployment/hello', '--output=yaml')
      expect(deployment).not.toContain('OLD')
      expect(deployment).not.toContain('meta.helm.sh')
      expect((await other.deploy({ image: one })).outputs).toMatchObject({ status: 'unchanged' })
    } finally {
      await other.close()
    }
  })
})
