import { describe, expect, it } from '@jest/globals'
import { fieldOf } from '../src/json.ts'
import type { JsonObject } from '../src/json.ts'
import type { Manifest } from '../src/manifest/manifest.ts'
import { putPullSecret } from '../src/manifest/put-pull-secret.ts'

const secret = { name: 'pull', registry: 'registry.example.com:5000' }
const image = 'registry.example.com:5000/team/app@sha256:0'

function deployment(pod: JsonObject): Manifest {
  return {
    place: { file: 'app.yml' },
    object: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'app' },
      spec: { template: { spec: pod } },
    },
  }
}

describe('putPullSecret', () => {
  const cases: readonly { name: string; pod: JsonObject; named: unknown }[] = [
    {
      name: 'names it where a container is of the registry',
      pod: { containers: [{ name: 'web', image }] },
      named: [{ name: 'pull' }],
    },
    {
      name: 'names it for an init container, after the secrets that are there',
      pod: { initContainers: [{ name: 'a', image }], imagePullSecrets: [{ name: 'other' }] },
      named: [{ name: 'other' }, { name: 'pull' }],
    },
    {
      name: 'does not name it twice',
      pod: { containers: [{ name: 'web', image }], imagePullSecrets: [{ name: 'pull' }] },
      named: [{ name: 'pull' }],
    },
    {
      name: 'leaves a workload alone that has images of other registries only',
      pod: { containers: [{ name: 'web', image: 'registry.example.com/team/app:1' }] },
      named: undefined,
    },
  ]
  it.each(cases)('$name', ({ pod, named }) => {
    const [put] = putPullSecret([deployment(pod)], secret)
    const found = fieldOf(put?.object, 'spec', 'template', 'spec', 'imagePullSecrets')
    expect(found).toEqual(named)
  })

  it('finds the pods of a CronJob, and nothing in what is no workload', () => {
    const object = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: {
        jobTemplate: { spec: { template: { spec: { containers: [{ name: 'a', image }] } } } },
      },
    }
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
    const place = { file: 'app.yml' }
    const [job, config] = putPullSecret(
      [
        { object, place },
        { object: settings, place },
      ],
      secret,
    )
    const named = [{ name: 'pull' }]
    expect(job?.object).toHaveProperty(
      'spec.jobTemplate.spec.template.spec.imagePullSecrets',
      named,
    )
    expect(config?.object).toEqual(settings)
  })
})
