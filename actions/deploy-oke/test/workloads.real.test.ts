import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { digestOf, makeWorld, serving } from './world.ts'
import type { Deployed, World } from './world.ts'

let world: World
let one = ''
let two = ''
let crash = ''

beforeAll(async () => {
  world = await makeWorld('workloads')
  one = await world.image(serving, 'one')
  two = await world.image(serving, 'two')
  crash = await world.image('echo no; exit 4')
  const pairs = kinds.map(async (each) => [each.name, await run(each)] as const)
  const [found, jobRun, keptRun] = await Promise.all([Promise.all(pairs), runJobs(), runKept()])
  runs = new Map(found)
  jobs = jobRun
  kept = keptRun
}, 120_000)

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

const kinds = [
  { name: 'stateful', kind: 'StatefulSet', spec: 'replicas: 2\n  serviceName: none' },
  { name: 'daemon', kind: 'DaemonSet', spec: '' },
] as const

interface Run {
  readonly first: Deployed
  readonly crashed: Deployed
  readonly next: Deployed
}

// They wait for the cluster most of the time: they do it together.
let runs: ReadonlyMap<string, Run>
let jobs: JobRun

async function run({ name, kind, spec }: (typeof kinds)[number]): Promise<Run> {
  await world.write(`${name}.yml`, manifestOf(kind, name, spec))
  const given = { manifests: `${name}.yml`, release: name }
  return {
    first: await world.deploy({ ...given, image: one }),
    crashed: await world.deploy({ ...given, image: crash }),
    next: await world.deploy({ ...given, image: two }),
  }
}

describe.each(kinds)('deploy-oke with a $kind', ({ name }) => {
  it('deploys it', () => {
    const { failure, outputs } = runs.get(name)?.first ?? {}
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(one) })
  })

  it('rolls it back when it crashes', () => {
    const { failure, outputs } = runs.get(name)?.crashed ?? {}
    expect(failure).toContain('container "web" exited with 4')
    expect(outputs).toMatchObject({ status: 'rolled-back', digest: digestOf(one) })
  })

  it('goes on afterwards', () => {
    const { failure, outputs } = runs.get(name)?.next ?? {}
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', digest: digestOf(two) })
  })
})

let kept: { readonly first: Deployed; readonly next: Deployed }

/** StatefulSets whose update strategies leave pods at the old revision. */
async function runKept(): Promise<typeof kept> {
  const stateful = (name: string, strategy: string): string =>
    manifestOf(
      'StatefulSet',
      name,
      `replicas: 2\n  serviceName: none\n  updateStrategy: ${strategy}`,
    )
  const sets = [
    stateful('part', '{ type: RollingUpdate, rollingUpdate: { partition: 1 } }'),
    stateful('manual', '{ type: OnDelete }'),
  ]
  await world.write('kept.yml', sets.join('\n---\n'))
  const given = { manifests: 'kept.yml', release: 'kept' }
  const first = await world.deploy({ ...given, image: one })
  return { first, next: await world.deploy({ ...given, image: two }) }
}

describe('deploy-oke with StatefulSets that keep pods of the old revision', () => {
  it('deploys to the pods that are to be updated, and leaves the others', async () => {
    expect([kept.first.failure, kept.next.failure]).toEqual(['', ''])
    const path = '--output=jsonpath={..imageID}'
    const pods = ['part-0', 'part-1', 'manual-0', 'manual-1']
    const images = await Promise.all(pods.map((name) => world.kubectl('get', 'pod', name, path)))
    const digests = images.map((image) => digestOf(image.split(' ')[0] ?? ''))
    expect(digests).toEqual([one, two, one, one].map(digestOf))
  })

  it('says in the summary which pods are left', () => {
    const summary = kept.next.summary.join()
    expect(summary).toContain('1 of 2 pods keep the old revision by its partition of 1')
    expect(summary).toContain('2 of 2 pods keep the old revision until they are deleted')
  })
})

function job(script: string): string {
  return `apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec:
  backoffLimit: 0
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

interface JobRun extends Run {
  readonly again: Deployed
  readonly isSameJob: boolean
}

async function runJobs(): Promise<JobRun> {
  const given = { manifests: 'job.yml', release: 'job' }
  const uid = ['get', 'job/migrate', '--output=jsonpath={.metadata.uid}'] as const
  await world.write('job.yml', job('sleep 1; echo done'))
  const first = await world.deploy({ ...given, image: one })
  const before = await world.kubectl(...uid)
  const again = await world.deploy({ ...given, image: one })
  const isSameJob = (await world.kubectl(...uid)) === before
  const next = await world.deploy({ ...given, image: two })
  await world.write('job.yml', job('echo table is missing; exit 5'))
  const crashed = await world.deploy({ ...given, image: one })
  return { first, again, isSameJob, next, crashed }
}

describe('deploy-oke with Jobs', () => {
  it('waits until they have completed', async () => {
    expect(jobs.first.failure).toBe('')
    expect(jobs.first.outputs).toMatchObject({ status: 'deployed', digest: digestOf(one) })
    const image = await world.kubectl('get', 'cronjob/nightly', '--output=jsonpath={..image}')
    expect(image).toBe(two)
  })

  it('does not run them again with the same inputs', () => {
    expect(jobs.again.outputs).toMatchObject({ status: 'unchanged' })
    expect(jobs.isSameJob).toBe(true)
  })

  it('makes them anew for another digest', () => {
    expect(jobs.next.failure).toBe('')
    expect(jobs.next.outputs).toMatchObject({ status: 'deployed', digest: digestOf(two) })
    expect(jobs.next.summary.join()).toContain('| Job/migrate | replaced |')
  })

  it('says that one has failed', () => {
    expect(jobs.crashed.failure).toContain('Job/migrate')
    expect(jobs.crashed.failure).toContain('table is missing')
    expect(jobs.crashed.outputs).toMatchObject({ status: 'rolled-back' })
  })
})
