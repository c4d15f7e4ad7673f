import { describe, expect, it } from '@jest/globals'
import { adoptedFields, formerManagersOf } from '../src/apply/adoption.ts'
import type { ManagedFields } from '../src/apply/managed-fields.ts'
import { leftToAutoscaler } from '../src/apply/scaled-replicas.ts'
import type { KubernetesObject } from '../src/object.ts'

function entry(manager: string, given: Partial<ManagedFields> = {}): ManagedFields {
  return { manager, operation: 'Update', apiVersion: 'apps/v1', fieldsV1: {}, ...given }
}

const byKubectl = entry('kubectl-client-side-apply', {
  fieldsV1: {
    'f:metadata': { 'f:labels': { 'f:app': {} }, 'f:finalizers': { 'v:"x"': {} } },
    'f:spec': { 'f:paused': {} },
  },
})
const byHelm = entry('helm', { operation: 'Apply', fieldsV1: { 'f:spec': { 'f:replicas': {} } } })
const byUs = entry('oke-pipeline', {
  operation: 'Apply',
  fieldsV1: { 'f:spec': { 'f:template': {} } },
})
const byController = entry('kube-controller-manager', {
  subresource: 'status',
  fieldsV1: { 'f:status': {} },
})

function deployment(
  managedFields: readonly ManagedFields[],
  replicas: number | undefined = 2,
): KubernetesObject {
  const metadata = { name: 'web', managedFields }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas } }
}

describe('adoptedFields', () => {
  it('makes what kubectl and Helm own ours, but no finalizer', () => {
    expect(adoptedFields([byController, byKubectl, byHelm], 'apps/v1')).toEqual([
      byController,
      {
        manager: 'oke-pipeline',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': { 'f:paused': {}, 'f:replicas': {} },
        },
      },
    ])
  })

  it('adds it to what is ours already', () => {
    const adopted = adoptedFields([byUs, byHelm], 'apps/v1')
    expect(adopted).toEqual([
      { ...byUs, fieldsV1: { 'f:spec': { 'f:template': {}, 'f:replicas': {} } } },
    ])
  })

  it('leaves fields of another version to nobody', () => {
    const older = entry('kubectl', { apiVersion: 'apps/v1beta1', fieldsV1: { 'f:spec': {} } })
    expect(adoptedFields([older, byHelm], 'apps/v1')).toEqual([
      { ...byHelm, manager: 'oke-pipeline' },
    ])
  })

  it.each([
    { name: 'people', managed: [byUs, entry('kubectl-edit'), entry('kubectl-rollout')] },
    { name: 'who scales by hand', managed: [byUs, entry('kubectl', { subresource: 'scale' })] },
    { name: 'controllers', managed: [byController, entry('argocd-controller')] },
  ])('takes nothing from $name', ({ managed }) => {
    expect(adoptedFields(managed, 'apps/v1')).toBeUndefined()
    expect(formerManagersOf(deployment(managed))).toEqual([])
  })
})

describe('formerManagersOf', () => {
  it('names each tool once', () => {
    const live = deployment([byHelm, byKubectl, { ...byHelm, operation: 'Update' }, byUs])
    expect(formerManagersOf(live)).toEqual(['helm', 'kubectl-client-side-apply'])
  })
})

const scaled = { subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }

describe('leftToAutoscaler', () => {
  it('leaves the replicas out that an autoscaler has set', () => {
    const live = deployment([entry('kube-controller-manager', scaled)], 5)
    const { spec } = leftToAutoscaler(deployment([], 2), live)
    expect(JSON.stringify(spec)).toBe('{}')
  })

  it.each([
    { name: 'somebody has scaled by hand', wanted: 2, live: [entry('kubectl', scaled)] },
    { name: 'we have set them', wanted: 2, live: [byUs] },
    {
      name: 'there are to be none',
      wanted: 0,
      live: [entry('kube-controller-manager', scaled)],
    },
  ])('keeps them where $name', ({ wanted, live }) => {
    const object = deployment([], wanted)
    expect(leftToAutoscaler(object, deployment(live, 5))).toBe(object)
  })
})
