import { describe, expect, it } from '@jest/globals'
import { defaultReleaseName } from '../src/index.ts'

describe('defaultReleaseName', () => {
  it.each([
    { repository: 'iad.ocir.io/namespace/team/hello', name: 'hello' },
    { repository: 'namespace/hello_world.v2', name: 'hello-world-v2' },
    { repository: 'hello', name: 'hello' },
    { repository: `ns/${'a'.repeat(80)}`, name: 'a'.repeat(53) },
  ])('makes $name of $repository', ({ repository, name }) => {
    expect(defaultReleaseName(repository)).toBe(name)
  })
})
