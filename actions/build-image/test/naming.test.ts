import { describe, expect, it } from '@jest/globals'
import { digestOf, noEvent, parseTagRules } from '@oke-pipeline/image'
import type { TagContext } from '@oke-pipeline/image'
import type { Inputs } from '../src/declaration.ts'
import { annotationsOf, labelsOf } from '../src/labels.ts'
import { taggingOf } from '../src/tags.ts'
import { defaults } from './build-requests.ts'

const run = { repository: 'acme/hello', sha: 'f'.repeat(40), serverUrl: 'https://github.com' }
const origin = {
  run,
  event: { ...noEvent, license: 'MIT' },
  created: new Date('2026-11-25T00:00:00Z'),
  version: '1.2.3',
}
const context: Inputs['context'] = { kind: 'folder', path: '.' }

function namesOf(pairs: readonly { readonly name: string }[]): readonly string[] {
  return pairs.map(({ name }) => name.replace('org.opencontainers.image.', ''))
}

describe('labels', () => {
  const known = ['created', 'licenses', 'revision', 'source', 'title', 'url', 'version']

  it('come from the repository', () => {
    expect(namesOf(labelsOf({ ...defaults, context }, origin))).toEqual(known)
  })

  it('of what the builder fetches from elsewhere do not', () => {
    const at = (url: string): Inputs => ({ ...defaults, context: { kind: 'git', url } })
    const elsewhere = at('https://github.com/other/app.git')
    expect(namesOf(labelsOf(elsewhere, origin))).toEqual(['version'])
    const own = at('https://github.com/acme/hello.git#main')
    expect(namesOf(labelsOf(own, origin))).toEqual(known)
  })

  it('are annotations as well, unless one is given, wherever it goes', () => {
    const name = 'index,manifest[linux/amd64]:org.opencontainers.image.source'
    const annotations = [{ name, value: 'mine' }]
    const all = annotationsOf({ ...defaults, context, annotations }, origin)
    expect(namesOf(all)).toEqual([
      ...known.filter((each) => each !== 'source'),
      'index,manifest[linux/amd64]:source',
    ])
  })
})

describe('tags', () => {
  const release: TagContext = {
    ref: 'refs/tags/v1.2.3',
    sha: 'f'.repeat(40),
    eventName: 'push',
    defaultBranch: 'main',
    baseBranch: undefined,
    now: new Date(),
    commitDate: new Date(),
  }
  const digest = digestOf('x')

  it('never move where no rules are given', () => {
    const { tagsOf, version } = taggingOf({ tags: undefined }, release)
    expect(version).toBe('1.2.3')
    expect(tagsOf(digest)).toEqual(['1.2.3', `ffffffffffff-${digest.slice(7, 19)}`])
  })

  it('are those of the rules, the first of which is the version', () => {
    const rules = parseTagRules('type=sha\ntype=semver,pattern={{version}}')
    const { tagsOf, version } = taggingOf({ tags: rules }, release)
    expect([tagsOf(digest), version]).toEqual([['1.2.3', 'sha-fffffff'], '1.2.3'])
  })
})
