import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ConfigurationError, systemFiles } from '@oke-pipeline/core'
import type { Files } from '@oke-pipeline/core'

let folder = ''
let files: Files

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'))
  for (const name of ['workspace', 'temp', 'elsewhere']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'elsewhere/secret'), 'x')
  await symlink('../elsewhere', join(folder, 'workspace/link'))
  await symlink('../elsewhere/new', join(folder, 'workspace/dangling'))
  files = systemFiles({
    workspace: join(folder, 'workspace'),
    temp: join(folder, 'temp'),
    own: join(folder, 'temp/own'),
  })
})

afterEach(() => rm(folder, { recursive: true, force: true }))

describe('systemFiles', () => {
  it.each(['../elsewhere/secret', 'link/secret', 'link/new/file', 'dangling', '/etc/passwd'])(
    'keeps out of %s',
    async (path) => {
      await expect(files.readText(path)).rejects.toThrow(ConfigurationError)
      await expect(files.writeText(path, 'y')).rejects.toThrow(ConfigurationError)
      await expect(files.kindOf(path)).resolves.toBe('outside')
    },
  )

  it('tells files, folders and nothing apart', async () => {
    await files.writeText('a/b.txt', 'text')
    await expect(files.kindOf('a')).resolves.toBe('folder')
    await expect(files.kindOf('a/b.txt')).resolves.toBe('file')
    await expect(files.kindOf('a/b.txt/c')).resolves.toBe('absent')
    await expect(files.readText('a/b.txt')).resolves.toBe('text')
  })

  it('says which file is missing', async () => {
    await expect(files.readText('none.yml')).rejects.toThrow(/"none.yml" does not exist/)
  })

  it('keeps secrets to this user, in a folder of its own', async () => {
    const path = await files.writeSecret('../kubeconfig', 'secret')
    expect(path.startsWith(join(folder, 'temp/own/'))).toBe(true)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'temp/own'))).mode & 0o777).toBe(0o700)
    await expect(readdir(join(folder, 'temp'))).resolves.toEqual(['own'])
  })
})
