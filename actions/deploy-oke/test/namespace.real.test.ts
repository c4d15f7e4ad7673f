import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let image = ''
let plan: Readonly<Record<string, string>> = {}
const made = [1, 2].map(() => `deploy-oke-made-${randomBytes(3).toString('hex')}`)
const [first = '', second = ''] = made

const group = `${first}.example.com`

/** A kind of its own, and an object of it. */
const odd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: odds.${group} }
spec:
  group: ${group}
  names: { kind: Odd, plural: odds, singular: odd }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
---
apiVersion: ${group}/v1
kind: Odd
metadata: { name: odd }
`

beforeAll(async () => {
  world = await makeWorld('namespace')
  image = await world.image(serving, 'namespace')
  await world.write('k8s/app.yml', application())
  await world.write('k8s/odd.yml', odd)
}, 60_000)

afterAll(async () => {
  await world.kubectl('delete', 'namespace', ...made, '--wait=false', '--ignore-not-found')
  await world.kubectl('delete', 'crd', `odds.${group}`, '--wait=false', '--ignore-not-found')
  await world.close()
})

async function labelsOf(namespace: string): Promise<Readonly<Record<string, string>>> {
  const json = await world.kubectl('get', 'namespace', namespace, '--output=json')
  const { metadata } = JSON.parse(json) as { metadata: { labels: Record<string, string> } }
  return metadata.labels
}

describe('deploy-oke with a namespace that does not exist', () => {
  const enforce = 'pod-security.kubernetes.io/enforce'
  const given = {
    namespace: first,
    'create-namespace': 'true',
    'namespace-labels': `${enforce}=baseline\nteam=web`,
  }

  it('plans what would be in it, without making it', async () => {
    const { failure, outputs, summary } = await world.deploy({ ...given, image, mode: 'plan' })
    expect(failure).toBe('')
    expect(outputs.changed).toBe('true')
    expect(summary.join()).toContain('The namespace would be made first, with the labels')
    expect(summary.join()).toContain('Odd/odd: created, not checked: its kind is defined by this')
    plan = outputs
    await expect(labelsOf(first)).rejects.toThrow('not found')
  })

  it('makes it with its labels, and deploys just what was planned', async () => {
    const approved = { plan: plan.plan ?? '', 'plan-hash': plan['plan-hash'] ?? '' }
    const { failure, outputs } = await world.deploy({ ...given, ...approved, image })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'deployed', namespace: first })
    expect(await labelsOf(first)).toMatchObject({ [enforce]: 'baseline', team: 'web' })
  })

  it('leaves it as it is once it is there', async () => {
    await world.kubectl('label', 'namespace', first, 'team=other', '--overwrite')
    const { outputs } = await world.deploy({ ...given, image })
    expect(outputs).toMatchObject({ status: 'unchanged' })
    expect(await labelsOf(first)).toMatchObject({ team: 'other' })
  })

  it('deletes it again when the cluster refuses what was to be in it', async () => {
    await world.write('faulty/app.yml', application().replace('replicas:', 'replica:'))
    const { failure } = await world.deploy({
      ...given,
      namespace: second,
      manifests: 'faulty',
      image,
    })
    expect(failure).toContain('The cluster would refuse 1 of 2 objects')
    const phase = '--output=jsonpath={.status.phase}'
    const left = await world.kubectl('get', 'namespace', second, '--ignore-not-found', phase)
    expect(left).not.toBe('Active')
  })

  it('says how to have it made, and refuses labels that are none', async () => {
    const absent = await world.deploy({ namespace: 'nowhere', image })
    expect(absent.failure).toContain('let it be made by "create-namespace: true"')
    const odd = await world.deploy({
      ...given,
      namespace: 'nowhere',
      image,
      'namespace-labels': 'x',
    })
    expect(odd.failure).toContain('"namespace-labels": got "x", expected key=value')
    const wrong = { ...given, namespace: 'nowhere', image, 'namespace-labels': 'a=b c' }
    expect((await world.deploy(wrong)).failure).toContain('"create-namespace": cannot be made: ')
  })
})
