import { describe, expect, it } from '@jest/globals'
import { readEnvironments } from '../src/index.ts'

const text = `schema: oke-pipeline/environments/v1
environments:
  - { name: dev, namespace: hello-dev, manifests: [deploy/dev] }
`

function filesWith(path: string): Parameters<typeof readEnvironments>[0] {
  return {
    kindOf: (asked) => Promise.resolve(asked === path ? 'file' : 'absent'),
    readText: () => Promise.resolve(text),
  }
}

describe('readEnvironments', () => {
  it('reads the file that is named', async () => {
    const { environments } = await readEnvironments(filesWith('oke.yml'), 'oke.yml')
    expect(environments.map(({ name }) => name)).toEqual(['dev'])
  })

  it('looks in .github by default', async () => {
    const { file } = await readEnvironments(filesWith('.github/oke-pipeline.yml'))
    expect(file).toBe('.github/oke-pipeline.yml')
  })

  it('says what to do when there is none', async () => {
    await expect(readEnvironments(filesWith('elsewhere.yml'))).rejects.toThrow(
      'Environments file ".github/oke-pipeline.yml" was not found',
    )
  })
})
