import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { digestOf, openLayout, readReferrers } from '@oke-pipeline/image'
import { writeLayout } from '@oke-pipeline/testing'
import { keepStatement, predicateTypes, statementOf, testResultPredicate } from '../src/index.ts'

const predicate = testResultPredicate({
  result: 'PASSED',
  configuration: [],
  passed: ['answers'],
  failed: [],
  warned: [],
  url: undefined,
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('keepStatement', () => {
  it('keeps a statement beside its image, which stays what it was', async () => {
    const { digest } = await writeLayout({ folder, layers: [{ 'a.txt': 'a' }] })
    const layout = await openLayout(folder)
    const image = { name: 'hello', digest: layout.digest }
    const kept = await keepStatement(
      layout,
      statementOf(image, predicateTypes.testResult, predicate),
    )
    await keepStatement(layout, statementOf(image, predicateTypes.testResult, predicate))
    expect((await openLayout(folder)).digest).toBe(digest)
    expect(await readReferrers(folder)).toEqual([kept])
    expect(kept.annotations).toEqual({ 'in-toto.io/predicate-type': predicateTypes.testResult })
  })

  it('refuses a statement about another image', async () => {
    await writeLayout({ folder, layers: [{}] })
    const layout = await openLayout(folder)
    const other = { name: 'hello', digest: digestOf(Buffer.from('other')) }
    const statement = statementOf(other, predicateTypes.testResult, predicate)
    await expect(keepStatement(layout, statement)).rejects.toThrow(/another image/)
  })
})
