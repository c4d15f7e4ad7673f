import { describe, expect, it } from '@jest/globals'
import { checkOrder, environmentNamed, previousEnvironment } from '../src/index.ts'
import type { Environments } from '../src/index.ts'

const environments: Environments = {
  file: 'oke.yml',
  trust: {},
  environments: ['dev', 'test', 'staging', 'production'].map((name) => ({
    name,
    namespace: `hello-${name}`,
    manifests: [`deploy/${name}`],
  })),
}

describe('environmentNamed', () => {
  it('finds an environment', () => {
    expect(environmentNamed(environments, 'staging').namespace).toBe('hello-staging')
  })

  it('lists the names there are', () => {
    expect(() => environmentNamed(environments, 'prod')).toThrow(
      'Environment "prod" is not known: "oke.yml" has: dev, test, staging, production.',
    )
  })
})

describe('previousEnvironment', () => {
  it('is the one before', () => {
    expect(previousEnvironment(environments, 'staging')?.name).toBe('test')
  })

  it('is none for the first', () => {
    expect(previousEnvironment(environments, 'dev')).toBeUndefined()
  })
})

describe('checkOrder', () => {
  it('allows the step to the next environment', () => {
    const promotion = checkOrder(environments, 'test', 'staging')
    expect([promotion.from.name, promotion.to.name]).toEqual(['test', 'staging'])
  })

  const refused = [
    {
      name: 'leaving environments out',
      from: 'dev',
      to: 'production',
      says: 'It leaves out "test", "staging". The order in "oke.yml" is dev → test → staging → production. Promote to "production" from "staging".',
    },
    {
      name: 'going backwards',
      from: 'production',
      to: 'staging',
      says: '"staging" comes before "production". The order in "oke.yml" is dev → test → staging → production. Promote to "staging" from "test".',
    },
    {
      name: 'going back to the first',
      from: 'test',
      to: 'dev',
      says: '"dev" is the first: deploy to it directly.',
    },
    { name: 'staying', from: 'dev', to: 'dev', says: 'They are the same environment.' },
    { name: 'an unknown source', from: 'qa', to: 'dev', says: 'Environment "qa" is not known' },
    { name: 'an unknown target', from: 'dev', to: 'qa', says: 'Environment "qa" is not known' },
  ]
  it.each(refused)('refuses $name', ({ from, to, says }) => {
    expect(() => checkOrder(environments, from, to)).toThrow(says)
  })
})
