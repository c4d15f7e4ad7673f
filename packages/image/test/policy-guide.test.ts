import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseImagePolicy, ruleNames } from '../src/index.ts'
import { matchesSome } from '../src/policy/globs.ts'
import { isFloating } from '../src/policy/rules/floating-tag.ts'
import { secretPatterns } from '../src/secrets/secret-patterns.ts'

async function guide(): Promise<string> {
  return readFile(new URL('../../../docs/guides/image-policy.md', import.meta.url), 'utf8')
}

describe('docs/guides/image-policy.md', () => {
  it('shows a policy that is valid and has every rule', async () => {
    const [, policy = ''] = /```yaml\n(# yaml-language-server[^]*?)```/.exec(await guide()) ?? []
    expect(Object.keys(parseImagePolicy(policy, 'guide.yml')).sort()).toEqual(ruleNames.toSorted())
  })

  it('describes every rule, and names no pattern that is not there', async () => {
    const text = await guide()
    for (const rule of ruleNames) expect(text).toContain(`| \`${rule}\``)
    const ids = secretPatterns.map(({ id }) => id)
    const named = [...text.matchAll(/`((?:[a-z]+-)+(?:key|account|login|web-token))`/g)]
    for (const [, id] of named) expect(ids).toContain(id)
  })
})

describe('matchesSome', () => {
  const part = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,9}$/)
  const repository = fc.tuple(part, part, part).map((parts) => parts.join('/'))

  it('takes a name without wildcards for itself only', () => {
    fc.assert(
      fc.property(repository, repository, (pattern, text) => {
        expect(matchesSome(text, [pattern])).toBe(text === pattern)
      }),
    )
  })

  it('lets * stay within a part, and ** reach below', () => {
    fc.assert(
      fc.property(repository, part, (text, name) => {
        const [registry = ''] = text.split('/')
        expect(matchesSome(text, [`${registry}/*`])).toBe(false)
        expect(matchesSome(text, [`${registry}/**`, 'other'])).toBe(true)
        expect(matchesSome(`${registry}/${name}`, [`${registry}/*`])).toBe(true)
        expect(matchesSome(`evil.${text}`, [`${registry}/**`])).toBe(false)
      }),
    )
  })

  it('does not turn a pattern that begins with ! into one for all others', () => {
    expect(matchesSome('docker.io/library/x', ['!quay.io/**'])).toBe(false)
  })

  it('finds hidden files too', () => {
    expect(matchesSome('/root/.aws/credentials', ['/root/**'])).toBe(true)
  })
})

describe('isFloating', () => {
  it.each(['latest', 'main', '1', '1.2', '3.20-alpine', 'bookworm', 'v2', 'pr-7', 'nightly'])(
    'says that %s moves',
    (tag) => expect(isFloating(tag)).toBe(true),
  )

  it.each([
    '1.2.3',
    'v1.2.3-rc.1',
    '3.20.1-alpine',
    '20260110',
    'sha-860c190',
    '860c1904a1ce-9b74c9897bac',
  ])('says that %s stays', (tag) => expect(isFloating(tag)).toBe(false))
})
