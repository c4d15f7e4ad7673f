import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let one = ''
let two = ''
let crash = ''

beforeAll(async () => {
  world = await makeWorld('workloads')
  one = await world.image(serving, 'one')
  two = await world.image(serving, 'two')
  crash = await world.image('echo no; exit 4')
}, 60_000)

afterAll(() => world.close())

const template = `
  selector: { matchLabels: { app: NAME } }
  template:
    metadata: { labels: { app: NAME } }
    spec:
      terminationGracePeriodSeconds: 1
      initContainers: [{ name: first, image: hello, command: [/bin/busybox, 'true'] }]
      containers:
        - name: web
          image: hello:any
          readinessProbe: { exec: { command: [/bin/busybox, 'true'] }, periodSeconds: 1 }
`

function manifestOf(kind: string, name: string, spec = ''): string {
  return `apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name} }
spec:
  ${spec}${template.replaceAll('NAME', name)}`
}

describe.each([
  { name: 'stateful', kind: 'StatefulSet', spec: 'replicas: 2\n  serviceName: none' },
  { name: 'daemon', kind: 'DaemonSet', spec: '' },
  { name: 'replicas', kind: 'ReplicaSet', spec: 'replicas: 1' },
])('deploy-oke with a $kind', ({ name, kind, spec }) => {
  const given = { manifests: `${name}.yml`, release: name }

  it('deploys it', async () => {
    await world.write(`${name}.yml`, manifestOf(kind, name, spec))
    const { failure, outputs } = await world.deploy({ ...given, image: one })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(one) })
  })

  // A ReplicaSet does not replace its pods: that is what Deployments are for.
  if (kind === 'ReplicaSet') return

  it('rolls it back when it crashes, and goes on afterwards', async () => {
    const { failure, outputs } = await world.deploy({ ...given, image: crash })
    expect(failure).toMatch(/container "first"|container "web" exited with 4/)
    expect(outputs).toMatchObject({ status: 'rolled-back', digest: digestOf(one) })
    const next = await world.deploy({ ...given, image: two })
    expect(next.failure).toBe('')
    expect(next.outputs).toMatchObject({ status: 'deployed', digest: digestOf(two) })
  })
})

describe('deploy-oke with Jobs', () => {
  function job(script: string, extra = ''): string {
    return `apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec:
  backoffLimit: 0
  ${extra}
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: migrate, image: hello, command: [/bin/sh, -c, '${script}'] }]
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
spec:
  schedule: '0 0 1 1 *'
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{ name: nightly, image: hello }]
`
  }
  const given = { manifests: 'job.yml', release: 'job' }

  it('waits until they have completed', async () => {
    await world.write('job.yml', job('sleep 1; echo done'))
    const { failure, outputs } = await world.deploy({ ...given, image: one })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(one) })
    const image = await world.kubectl('get', 'cronjob/nightly', '--output=jsonpath={..image}')
    expect(image).toBe(one)
  })

  it('does not run them again with the same inputs', async () => {
    const uid = ['get', 'job/migrate', '--output=jsonpath={.metadata.uid}'] as const
    const before = await world.kubectl(...uid)
    const { outputs } = await world.deploy({ ...given, image: one })
    expect(outputs).toMatchObject({ status: 'unchanged' })
    expect(await world.kubectl(...uid)).toBe(before)
  })

  it('makes them anew for another digest', async () => {
    const { failure, outputs, summary } = await world.deploy({ ...given, image: two })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(two) })
    expect(summary.join()).toContain('| Job/migrate | replaced |')
  })

  it('says that one has failed', async () => {
    await world.write('job.yml', job('echo table is missing; exit 5'))
    const { failure, outputs } = await world.deploy({ ...given, image: one })
    expect(failure).toContain('Job/migrate')
    expect(failure).toContain('table is missing')
    expect(outputs).toMatchObject({ status: 'rolled-back' })
  })
})
