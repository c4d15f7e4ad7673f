import { describe, expect, it } from '@jest/globals'
import { registryProblem } from '../src/helm/registry-problem.ts'

const chart = 'oci://registry.example.com/charts/web'
const manifest = 'http://127.0.0.1:5000/v2/charts/web/manifests/9.9.9'

// What Helm 3.17.2 and 4.1.4 say, of "helm template" with a registry.
describe('registryProblem', () => {
  it.each([
    { name: 'a missing version (3)', said: '127.0.0.1:5000/web:9.9.9: not found', means: 'is not' },
    {
      name: 'a missing version (4)',
      said: 'failed to perform "FetchReference" on source: 127.0.0.1:5000/web:9.9.9: not found',
      means: 'is not in its registry',
    },
    {
      name: 'no login (3)',
      said: 'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
      means: 'may not be read',
    },
    {
      name: 'no login (4)',
      said: `failed to perform "FetchReference" on source: GET "${manifest}": basic credential not found`,
      means: 'may not be read',
    },
    {
      name: 'another login (3)',
      said: `unexpected status from HEAD request to ${manifest}: 403 Forbidden`,
      means: 'may not be read',
    },
    {
      name: 'another login (4)',
      said: `failed to perform "FetchReference" on source: GET "${manifest}": response status code 403: denied: requested access to the resource is denied`,
      means: 'may not be read',
    },
    {
      name: 'nobody there (3)',
      said: `failed to do request: Head "${manifest}": dial tcp 127.0.0.1:5000: connect: connection refused`,
      means: 'does not reach',
    },
  ])('knows $name', ({ said, means }) => {
    expect(registryProblem(chart, said)).toContain(means)
    expect(registryProblem('charts/web', said)).toBeUndefined()
  })

  it('leaves complaints of templates to others', () => {
    const said = 'execution error at (web/templates/a.yaml:1:3): the host was not found'
    expect(registryProblem(chart, said)).toBeUndefined()
  })
})
