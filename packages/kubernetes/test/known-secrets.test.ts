import { describe, expect, it } from '@jest/globals'
import { secretNamesIn } from '../src/diagnosis/known-secrets.ts'

describe('secretNamesIn', () => {
  it.each([
    {
      name: 'a variable',
      spec: { env: [{ valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
    },
    { name: 'all variables', spec: { envFrom: [{ secretRef: { name: 's' } }] } },
    { name: 'a volume', spec: { volumes: [{ secret: { secretName: 's' } }] } },
    { name: 'a part of a volume', spec: { projected: { sources: [{ secret: { name: 's' } }] } } },
    { name: 'a driver', spec: { csi: { nodePublishSecretRef: { name: 's' } } } },
    { name: 'pulling', spec: { imagePullSecrets: [{ name: 's' }] } },
  ])('finds the one for $name', ({ spec }) => {
    expect(secretNamesIn({ template: spec })).toEqual(['s'])
  })

  it('finds none in what only looks like it', () => {
    expect(secretNamesIn({ name: 's', configMapRef: { name: 'c' }, secretRef: 's' })).toEqual([])
  })
})
