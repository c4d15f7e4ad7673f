import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { toJsonSchema } from '@valibot/to-json-schema'
import { EnvironmentsFile } from '../src/index.ts'

const published = new URL('../../../schema/environments.schema.json', import.meta.url)

describe('schema/environments.schema.json', () => {
  it('says what the validator says (after a change: npm run generate)', async () => {
    expect(JSON.parse(await readFile(published, 'utf8'))).toEqual(
      toJsonSchema(EnvironmentsFile, { typeMode: 'input' }),
    )
  })
})
