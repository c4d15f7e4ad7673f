import { describe, expect, it } from '@jest/globals'
import { mergedValues } from '../src/helm/chart-values.ts'
import { valuesOfImage } from '../src/helm/image-value.ts'

describe('mergedValues', () => {
  it('puts mappings together, and replaces everything else', () => {
    const below = { a: { b: 1, c: [1, 2] }, d: 'text', e: { f: 1 } }
    const above = { a: { c: [3] }, d: { g: 1 }, e: null }
    expect(mergedValues([below, above])).toEqual({ a: { b: 1, c: [3] }, d: { g: 1 }, e: null })
  })

  it('of nothing is nothing', () => expect(mergedValues([])).toEqual({}))
})

describe('valuesOfImage', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const repository = 'iad.ocir.io/ns/team/hello'
  const image = { repository, digest }
  const cases = [
    {
      name: 'a mapping',
      path: 'image',
      values: { image: { repository: 'nginx', tag: '1' } },
      expected: { image: { repository, digest } },
    },
    {
      name: 'a mapping with the registry apart',
      path: 'image',
      values: { image: { registry: 'docker.io', repository: 'bitnami/nginx' } },
      expected: { image: { registry: 'iad.ocir.io', repository: 'ns/team/hello', digest } },
    },
    {
      name: 'a text',
      path: 'web.image',
      values: { web: { image: 'nginx:1' } },
      expected: { web: { image: `${repository}@${digest}` } },
    },
    {
      name: 'a value that the chart only asks for',
      path: 'image',
      values: {},
      expected: { image: { repository, digest } },
    },
    { name: 'null', path: 'image', values: { image: null }, expected: { image } },
  ]
  it.each(cases)('fills $name', ({ path, values, expected }) => {
    expect(valuesOfImage(path, values, image)).toEqual(expected)
  })

  it('refuses a list', () => {
    expect(valuesOfImage('image', { image: ['a'] }, image)).toBeUndefined()
  })
})
