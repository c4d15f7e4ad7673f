import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { neededRules, roleManifest } from '@oke-pipeline/kubernetes'
import { parse } from 'yaml'

const readme = join(import.meta.dirname, '../../actions/deploy-oke/README.md')

describe('the Role in the README of deploy-oke', () => {
  it('is the one that the check of oci-auth asks for', async () => {
    const text = await readFile(readme, 'utf8')
    const role = /<!-- role:start -->\s+```yaml\n([^]*?)```/.exec(text)?.[1] ?? ''
    expect(parse(role)).toEqual(parse(roleManifest(neededRules)))
  })
})
