import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let one = ''

beforeAll(async () => {
  world = await makeWorld('stages')
  one = await world.image(serving, 'one')
}, 60_000)

afterAll(() => world.close())

const migration = (script: string, annotation: string): string => `
apiVersion: batch/v1
kind: Job
metadata: { name: migrate, annotations: { ${annotation} } }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - { name: migrate, image: hello, command: [/bin/sh, -c, '${script}'] }
`

function timesOf(text: string): readonly number[] {
  return text
    .trim()
    .split(' ')
    .map((time) => Date.parse(time))
}

describe('deploy-oke', () => {
  it('applies what depends on a Job once the Job is done', async () => {
    const dependent = application({ hasProbe: false }).replace(
      'name: hello\n',
      'name: hello\n  annotations: { oke-pipeline.dev/depends-on: Job/migrate }\n',
    )
    await world.write('k8s/app.yml', `${dependent}---${migration('sleep 1.5', '')}`)
    const { failure, outputs } = await world.deploy({ image: one })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed' })
    const made = '--output=jsonpath={.metadata.creationTimestamp}'
    const ended = '--output=jsonpath={.status.completionTime}'
    const [madeAt = 0] = timesOf(await world.kubectl('get', 'deployment/hello', made))
    const [endedAt = 0] = timesOf(await world.kubectl('get', 'job/migrate', ended))
    expect(madeAt).toBeGreaterThanOrEqual(endedAt)
    expect((await world.deploy({ image: one })).outputs).toMatchObject({ status: 'unchanged' })
  })

  it('does not begin with a wave when the one before fails', async () => {
    const wave = 'oke-pipeline.dev/wave: "-1"'
    const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }'
    const job = migration('echo boom; exit 3', wave)
    await world.write(
      'k8s/app.yml',
      [application({ hasProbe: false }), settings, job].join('\n---\n'),
    )
    const { failure, outputs } = await world.deploy({ image: one, 'on-failure': 'keep' })
    expect(failure).toContain('Job/migrate')
    expect(outputs).toMatchObject({ status: 'failed' })
    expect(await world.kubectl('get', 'configmap', '--output=name')).not.toContain('settings')
  })

  it('refuses an order that cannot be', async () => {
    const settings =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, annotations: { oke-pipeline.dev/depends-on: Job/none } }'
    await world.write('k8s/app.yml', [application(), settings].join('\n---\n'))
    const { failure, states } = await world.deploy({ image: one })
    expect(failure).toMatch(
      /k8s\/app\.yml:\d+ has ConfigMap\/a that depends on Job\/none, which no manifest has/,
    )
    expect(states).not.toHaveProperty('revision')
  })
})
