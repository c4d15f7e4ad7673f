import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { systemFiles } from '@oke-pipeline/core'
import type { Files } from '@oke-pipeline/core'
import { writeLayout } from '@oke-pipeline/testing'
import { checkLayoutInput } from '../src/index.ts'

let folder: string
let files: Files
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layout-input-'))
  for (const name of ['workspace', 'temp', 'elsewhere']) await mkdir(join(folder, name))
  const [workspace, temp] = [join(folder, 'workspace'), join(folder, 'temp')]
  files = systemFiles({ workspace, temp, own: join(temp, 'own') })
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('checkLayoutInput', () => {
  it('takes a layout in the workspace', async () => {
    await writeLayout({ folder: join(folder, 'workspace/layout'), layers: [{}] })
    expect(await checkLayoutInput('layout', files)).toBeUndefined()
  })

  it('says that a layout elsewhere lies outside, not that there is none', async () => {
    const path = join(folder, 'elsewhere')
    await writeLayout({ folder: path, layers: [{}] })
    const problem = await checkLayoutInput(path, files)
    expect(problem?.problem).toMatch(/it lies outside both/)
  })

  it.each([
    { name: 'absent', path: 'nothing', says: /nothing at that path/ },
    { name: 'a file', path: 'file', says: /it is another file/ },
    { name: 'no layout', path: '.', says: /no "oci-layout" file/ },
  ])('says what is there when it is $name', async ({ path, says }) => {
    await writeFile(join(folder, 'workspace/file'), '')
    expect((await checkLayoutInput(path, files))?.problem).toMatch(says)
  })
})
