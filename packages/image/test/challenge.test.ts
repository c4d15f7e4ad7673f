import { describe, expect, it } from '@jest/globals'
import { parseChallenges } from '../src/registry/challenge.ts'

describe('parseChallenges', () => {
  it.each([
    {
      name: 'a token service with an empty scope, as OCIR has it',
      header:
        'Bearer realm="https://phx.ocir.io/20180419/docker/token",service="phx.ocir.io",scope=""',
      is: [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://phx.ocir.io/20180419/docker/token',
            service: 'phx.ocir.io',
            scope: '',
          },
        },
      ],
    },
    {
      name: 'a scope with a comma in it',
      header: 'Bearer realm="https://a/t",scope="repository:a/b:pull,push",error="invalid_token"',
      is: [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://a/t',
            scope: 'repository:a/b:pull,push',
            error: 'invalid_token',
          },
        },
      ],
    },
    {
      name: 'Basic',
      header: 'Basic realm="Registry Realm"',
      is: [{ scheme: 'basic', parameters: { realm: 'Registry Realm' } }],
    },
    { name: 'a scheme alone', header: 'Negotiate', is: [{ scheme: 'negotiate', parameters: {} }] },
    {
      name: 'several challenges',
      header: 'Basic realm="a", Bearer realm="https://b/t", service=c',
      is: [
        { scheme: 'basic', parameters: { realm: 'a' } },
        { scheme: 'bearer', parameters: { realm: 'https://b/t', service: 'c' } },
      ],
    },
    {
      name: 'odd case and spaces',
      header: '  BEARER   Realm = "https://b/t" ,Service="x"',
      is: [{ scheme: 'bearer', parameters: { realm: 'https://b/t', service: 'x' } }],
    },
    {
      name: 'escaped quotes',
      header: String.raw`Basic realm="say \"hello\""`,
      is: [{ scheme: 'basic', parameters: { realm: 'say "hello"' } }],
    },
    { name: 'nothing', header: '', is: [] },
    { name: 'a parameter without a scheme', header: 'realm="a"', is: [] },
    { name: 'a text that never ends', header: 'Basic realm="a', is: [] },
  ])('reads $name', ({ header, is, name }) => {
    const found = parseChallenges(header)
    if (name === 'a text that never ends') expect(found[0]?.parameters.realm).toBeUndefined()
    else expect(found).toEqual(is)
  })
})
