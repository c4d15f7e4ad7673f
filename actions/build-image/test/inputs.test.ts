import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { contextLocation, isRemote } from '../src/inputs/context.ts'
import { csvOf, fieldsOf, formatEntry, typedEntry } from '../src/inputs/csv-entry.ts'
import { entriesOf, pairs, secretPairs } from '../src/inputs/quoted-lines.ts'

const grammar = { name: /^\w+$/, expects: 'name=value' }

describe('entriesOf', () => {
  it.each([
    { text: 'a=1\nb=2', entries: ['a=1', 'b=2'] },
    { text: '\n  a=1  \r\n\n', entries: ['a=1'] },
    { text: '"key=first\nsecond"\nb=2', entries: ['key=first\nsecond', 'b=2'] },
    { text: '"a=say ""x"""', entries: ['a=say "x"'] },
    { text: 'a="quoted"', entries: ['a="quoted"'] },
    { text: '"a=no end\nb=2', entries: ['"a=no end', 'b=2'] },
  ])('reads $text', ({ text, entries }) => expect(entriesOf(text)).toEqual(entries))
})

describe('pairs', () => {
  it('keeps everything after the first "="', () => {
    expect(pairs(grammar).parse('a=b=c\nd=')).toEqual([
      { name: 'a', value: 'b=c' },
      { name: 'd', value: '' },
    ])
  })

  it.each(['novalue', '=x', 'a b=c', 'a=\u001b[31m'])('refuses %j', (text) => {
    expect(() => pairs(grammar).parse(text)).toThrow()
  })
})

describe('secretPairs', () => {
  it('masks values, and does not quote what is wrong', () => {
    const kind = secretPairs(grammar)
    expect(kind.secretsOf?.('a=hunter2\n"b=one\ntwo"')).toEqual(['hunter2', 'one\ntwo'])
    expect(() => kind.parse('a=1\nhunter2')).toThrow('entry 2 is not')
  })
})

describe('fieldsOf and csvOf', () => {
  it('are each other’s opposite', () => {
    const field = fc.string({ minLength: 1 }).filter((text) => text.trim() === text)
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), (fields) => {
        expect(fieldsOf(csvOf(fields))).toEqual(fields)
      }),
    )
  })
})

describe('typedEntry', () => {
  const kind = typedEntry('a cache', { type: 'registry', attribute: 'ref' })

  it.each([
    { text: 'type=registry,ref=r/c:1', formatted: 'type=registry,ref=r/c:1' },
    { text: 'r/c:1', formatted: 'type=registry,ref=r/c:1' },
    { text: 'type=gha,scope=main', formatted: 'type=gha,scope=main' },
    { text: 'type=local,"dest=/a,b"', formatted: 'type=local,"dest=/a,b"' },
  ])('reads $text', ({ text, formatted }) => expect(formatEntry(kind.parse(text))).toBe(formatted))

  it.each(['ref=r/c', 'type=,ref=x', 'type=registry,ref'])('refuses %s', (text) => {
    expect(() => kind.parse(text)).toThrow()
  })
})

describe('contextLocation', () => {
  it.each([
    'https://github.com/acme/app.git',
    'https://github.com/acme/app.git#v1:dir',
    'git@github.com:acme/app.git',
    'ssh://git@example.com/app.git',
    'git://127.0.0.1:9418/app.git#main',
  ])('takes %s for a Git repository', (url) => {
    expect(contextLocation().parse(url)).toEqual({ kind: 'git', url })
  })

  it.each(['.', 'app', '/repo/app', 'docs.git'])('takes %s for a folder', (path) => {
    expect(contextLocation().parse(path)).toEqual({ kind: 'folder', path })
  })

  it.each([
    'https://example.com/app.tar.gz',
    '../up',
    '--push',
    'https://u:p@example.com/a.git',
    'https://github.com/a.git#x y',
  ])('refuses %s', (text) => expect(() => contextLocation().parse(text)).toThrow())
})

describe('isRemote', () => {
  it.each([
    { value: 'docker-image://node:24', remote: true },
    { value: 'git@github.com:a/b.git', remote: true },
    { value: 'folder/x', remote: false },
  ])('$value: $remote', ({ value, remote }) => expect(isRemote(value)).toBe(remote))
})
