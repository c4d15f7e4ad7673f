import { describe, expect, it } from '@jest/globals'
import { handOver } from '../src/runtime/environment.ts'

const files = { writeSecret: (_: string, text: string) => Promise.resolve(`file with ${text}`) }

describe('handOver', () => {
  it('writes lines into a file, and leaves out a file without lines', async () => {
    const variables = { A: '1', B: '"b c" $x' }
    await expect(handOver(variables, files)).resolves.toEqual({
      environmentFile: 'file with A=1\nB="b c" $x\n',
      inherited: {},
    })
    await expect(handOver({}, files)).resolves.toEqual({
      environmentFile: undefined,
      inherited: {},
    })
  })

  it('hands over what has several lines by the environment of the client', async () => {
    await expect(handOver({ KEY: 'a\nb' }, files)).resolves.toEqual({
      environmentFile: undefined,
      inherited: { KEY: 'a\nb' },
    })
  })

  it.each(['PATH', 'HOME', 'DOCKER_HOST', 'CONTAINERS_CONF', 'LD_PRELOAD'])(
    'refuses to change what the client does by %s',
    async (name) => {
      await expect(handOver({ [name]: 'a\nb' }, files)).rejects.toThrow(
        `Variable "${name}" cannot have a value of several lines`,
      )
      await expect(handOver({ [name]: 'one line' }, files)).resolves.toMatchObject({
        inherited: {},
      })
    },
  )
})
