import { describe, expect, it } from '@jest/globals'
import { immutableFieldsIn, reasonsToRecreate } from '../src/apply/immutable-fields.ts'
import { ApiError } from '../src/client/api-error.ts'

function refusal(...causes: readonly { readonly field: string; readonly message: string }[]) {
  const report = { service: 'cluster', title: 'Refused', explanation: 'Why.', status: 422 }
  return new ApiError(report, {
    message: '',
    reason: 'Invalid',
    causes,
    retryAfterSeconds: undefined,
  })
}

const selector = {
  field: 'spec.selector',
  message: 'Invalid value: {"matchLabels":{"app":"a"}}: field is immutable',
}
const statefulSet = {
  field: 'spec',
  message:
    "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' and 'updateStrategy' are forbidden",
}
const misspelt = { field: 'spec.replicas', message: 'Invalid value: -1: must be greater than 0' }

describe('immutableFieldsIn', () => {
  it.each([
    { name: 'a selector', causes: [selector], fields: ['spec.selector'] },
    { name: 'a StatefulSet', causes: [statefulSet], fields: ['spec'] },
    {
      name: 'the address of a Service',
      causes: [{ field: 'spec.clusterIP', message: 'Invalid value: "": may not change once set' }],
      fields: ['spec.clusterIP'],
    },
    {
      name: 'the role of a binding',
      causes: [{ field: 'roleRef', message: 'Invalid value: {}: cannot change roleRef' }],
      fields: ['roleRef'],
    },
    { name: 'no field where another is wrong', causes: [selector, misspelt], fields: [] },
    { name: 'no field that is only wrong', causes: [misspelt], fields: [] },
  ])('finds $name', ({ causes, fields }) => {
    expect(immutableFieldsIn(refusal(...causes))).toEqual(fields)
  })
})

describe('reasonsToRecreate', () => {
  it('finds none for what holds data, and none when it is not told to', () => {
    const told = { isForced: true, isRecreating: true }
    const error = refusal(selector)
    expect(reasonsToRecreate(error, 'Deployment', told)).toEqual(['spec.selector'])
    expect(reasonsToRecreate(error, 'PersistentVolumeClaim', told)).toEqual([])
    expect(reasonsToRecreate(error, 'Namespace', told)).toEqual([])
    expect(reasonsToRecreate(error, 'Deployment', { isForced: true })).toEqual([])
  })
})
