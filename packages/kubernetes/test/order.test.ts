import { expect, it } from '@jest/globals'
import { inApplyOrder } from '../src/apply/order.ts'

it('applies what others refer to first, then what it does not know, then webhooks', () => {
  const kinds = [
    'ValidatingWebhookConfiguration',
    'Odd',
    'Deployment',
    'Service',
    'ConfigMap',
    'Role',
    'CustomResourceDefinition',
  ]
  const objects = kinds.map((kind) => ({ apiVersion: 'v1', kind, metadata: { name: 'a' } }))
  expect(inApplyOrder(objects, (object) => object).map(({ kind }) => kind)).toEqual([
    'CustomResourceDefinition',
    'Role',
    'ConfigMap',
    'Service',
    'Deployment',
    'Odd',
    'ValidatingWebhookConfiguration',
  ])
})
