import { describe, expect, it } from '@jest/globals'
import { isApplied } from '../src/apply/is-applied.ts'
import { fieldOf } from '../src/json.ts'
import type { JsonObject } from '../src/json.ts'
import type { KubernetesObject } from '../src/object.ts'

const wanted: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'dev', annotations: { a: '1' } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      spec: {
        containers: [
          { name: 'web', image: 'a', args: ['x', 'y'], ports: [{ containerPort: 80 }] },
          { name: 'side', image: 'b', resources: {} },
        ],
      },
    },
  },
}

const item = { '.': {}, 'f:name': {}, 'f:image': {} }

/** As a server keeps the fields of the object above. */
const owned = {
  'f:metadata': { 'f:annotations': { 'f:a': {} } },
  'f:spec': {
    'f:selector': {},
    'f:template': {
      'f:spec': {
        'f:containers': {
          'k:{"name":"web"}': {
            ...item,
            'f:args': {},
            'f:ports': {
              'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
            },
          },
          'k:{"name":"side"}': { ...item, 'f:resources': {} },
        },
      },
    },
  },
}

function liveWith(
  change: (spec: PodSpec) => void = () => undefined,
  fieldsV1: JsonObject = owned,
  manager = 'oke-pipeline',
): KubernetesObject {
  const live = structuredClone(wanted)
  const pod = fieldOf(live, 'spec', 'template', 'spec') as unknown as PodSpec
  for (const container of pod.containers) container.imagePullPolicy = 'Always'
  for (const port of pod.containers[0]?.ports ?? []) port.protocol = 'TCP'
  change(pod)
  const entry = { manager, operation: 'Apply', apiVersion: 'apps/v1', fieldsV1 }
  return {
    ...live,
    metadata: { ...live.metadata, uid: 'u', labels: { added: 'x' }, managedFields: [entry] },
    status: { replicas: 1 },
  }
}

interface PodSpec {
  containers: {
    image?: string
    imagePullPolicy?: string
    args?: string[]
    ports?: { containerPort: number; protocol?: string }[]
  }[]
}

function applying(change: JsonObject): KubernetesObject {
  return { ...wanted, ...change }
}

describe('isApplied', () => {
  it('is sure where every field is ours and has its value', () => {
    expect(isApplied(wanted, liveWith())).toBe(true)
  })

  it('does not look at fields that are undefined', () => {
    expect(isApplied(applying({ data: undefined }), liveWith())).toBe(true)
  })

  it.each([
    {
      name: 'a value has changed',
      live: liveWith((pod) => {
        if (pod.containers[0]) pod.containers[0].image = 'other'
      }),
    },
    {
      name: 'a list that is one value has changed',
      live: liveWith((pod) => pod.containers[0]?.args?.reverse()),
    },
    {
      name: 'the items are in another order',
      live: liveWith((pod) => {
        pod.containers.reverse()
      }),
    },
    { name: 'an item is gone', live: liveWith((pod) => pod.containers.pop()) },
    {
      name: 'somebody else owns a field',
      live: liveWith(undefined, { ...owned, 'f:metadata': { 'f:annotations': { 'f:b': {} } } }),
    },
    { name: 'more is ours', live: liveWith(undefined, { ...owned, 'f:data': { 'f:x': {} } }) },
    { name: 'nothing is ours', live: liveWith(undefined, owned, 'other') },
  ])('is not where $name', ({ live }) => {
    expect(isApplied(wanted, live)).toBe(false)
  })

  it.each([
    { name: 'a field more', change: { data: { x: '1' } } },
    { name: 'a field less', change: { spec: { selector: { matchLabels: { app: 'web' } } } } },
    { name: 'another version', change: { apiVersion: 'apps/v1beta1' } },
  ])('is not where $name is wanted', ({ change }) => {
    expect(isApplied(applying(change), liveWith())).toBe(false)
  })

  it('is not where a former manager has left something', () => {
    const live = liveWith()
    const managed = [
      ...(live.metadata.managedFields as JsonObject[]),
      { manager: 'helm', operation: 'Update', apiVersion: 'apps/v1', fieldsV1: { 'f:spec': {} } },
    ]
    const changed = { ...live, metadata: { ...live.metadata, managedFields: managed } }
    expect(isApplied(wanted, changed)).toBe(false)
  })
})
