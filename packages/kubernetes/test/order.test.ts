import { expect, it } from '@jest/globals'
import { inApplyOrder } from '../src/apply/order.ts'

it('applies what others refer to first, and what it does not know last', () => {
  const kinds = ['Odd', 'Deployment', 'Service', 'ConfigMap', 'Role', 'CustomResourceDefinition']
  const objects = kinds.map((kind) => ({ apiVersion: 'v1', kind, metadata: { name: 'a' } }))
  expect(inApplyOrder(objects, (object) => object).map(({ kind }) => kind)).toEqual([
    'CustomResourceDefinition',
    'Role',
    'ConfigMap',
    'Service',
    'Deployment',
    'Odd',
  ])
})
