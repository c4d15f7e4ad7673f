import { describe, expect, it } from '@jest/globals'
import { conflictsIn } from '../src/apply/field-conflict.ts'
import { ApiError } from '../src/client/api-error.ts'

function refusal(...causes: readonly { readonly field?: string; readonly message: string }[]) {
  const report = { service: 'cluster', title: 'Refused', explanation: 'Why.', status: 409 }
  return new ApiError(report, {
    message: '',
    reason: 'Conflict',
    causes: causes.map(({ field, message }) => ({ field, message })),
    retryAfterSeconds: undefined,
  })
}

const cases = [
  {
    name: 'a manager that updates',
    cause: {
      field: '.spec.replicas',
      message: 'conflict with "kubectl-edit" using apps/v1 at 2026-08-31T09:12:44Z',
    },
    conflict: { field: '.spec.replicas', manager: 'kubectl-edit', subresource: undefined },
  },
  {
    name: 'a manager that applies',
    cause: { field: '.data.key', message: 'conflict with "helm"' },
    conflict: { field: '.data.key', manager: 'helm', subresource: undefined },
  },
  {
    name: 'a subresource',
    cause: {
      field: '.spec.replicas',
      message: 'conflict with "kube-controller-manager" with subresource "scale" using apps/v1',
    },
    conflict: { field: '.spec.replicas', manager: 'kube-controller-manager', subresource: 'scale' },
  },
  {
    name: 'a name with a quote in it',
    cause: { field: '.data.key', message: String.raw`conflict with "a \"b\" c" using v1` },
    conflict: { field: '.data.key', manager: String.raw`a \"b\" c`, subresource: undefined },
  },
]

describe('conflictsIn', () => {
  it.each(cases)('reads $name', ({ cause, conflict }) => {
    expect(conflictsIn(refusal(cause))).toEqual([conflict])
  })

  it('finds none in another refusal', () => {
    const changed = 'the object has been modified; please apply your changes to the latest version'
    expect(conflictsIn(refusal({ message: changed }))).toEqual([])
  })
})
