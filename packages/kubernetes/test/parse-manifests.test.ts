import { describe, expect, it } from '@jest/globals'
import { formatPlace } from '../src/manifest/manifest.ts'
import { parseManifests } from '../src/manifest/parse-manifests.ts'

function problemsOf(text: string): readonly string[] {
  return parseManifests(text, 'a.yml').problems.map(
    ({ place, problem }) => `${formatPlace(place)} ${problem}`,
  )
}

const valid = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'

describe('parseManifests says where', () => {
  const cases = [
    {
      name: 'a mapping is not closed',
      text: 'a: {b: c\n',
      says: /^a\.yml:2:1 is not valid YAML: Flow/,
    },
    {
      name: 'a tab indents',
      text: `${valid}data:\n\ta: b\n`,
      says: /^a\.yml:5:1 is not valid YAML: Tabs/,
    },
    {
      name: 'a key is there twice',
      text: `${valid}kind: B\n`,
      says: /^a\.yml:4:1 .*Map keys must be unique/,
    },
    {
      name: 'an alias is unknown',
      text: `${valid}data: *x\n`,
      says: /^a\.yml:4:7 .*There is no anchor "x"/,
    },
    {
      name: 'a template was not rendered',
      text: `${valid}data: {{ .Values.x }}\n`,
      says: /^a\.yml:\d+:?\d* .*\(it looks like a template/,
    },
    {
      name: 'the second document is wrong',
      text: `${valid}---\na: 'b\n`,
      says: /^a\.yml:\d:\d is not valid YAML: Missing closing 'quote/,
    },
    {
      name: 'there is no mapping',
      text: '- a\n',
      says: 'a.yml:1 is not a Kubernetes object: it is not a mapping',
    },
    {
      name: 'apiVersion lacks',
      text: 'kind: A\n',
      says: 'a.yml:1 is not a Kubernetes object: it has no apiVersion',
    },
    {
      name: 'kind lacks',
      text: '# c\n\napiVersion: v1\n',
      says: 'a.yml:3 is not a Kubernetes object: it has no kind',
    },
    {
      name: 'the name lacks',
      text: 'apiVersion: v1\nkind: A\nmetadata: {}\n',
      says: 'a.yml:1 is a A without metadata.name',
    },
    {
      name: 'the name is a number',
      text: 'apiVersion: v1\nkind: A\nmetadata: { name: 1 }\n',
      says: 'a.yml:1 is a A whose metadata.name is no text: YAML reads it as the number 1; put it in quotes',
    },
    {
      name: 'the name is what YAML 1.1 takes for a boolean',
      text: 'apiVersion: v1\nkind: A\nmetadata: { name: y }\n',
      says: 'a.yml:1 is a A whose metadata.name is no text: YAML reads it as the boolean true; put it in quotes',
    },
    {
      name: 'the name is to be made up',
      text: 'apiVersion: v1\nkind: Job\nmetadata: { generateName: a- }\n',
      says: /^a\.yml:1 has a generateName, so that each deployment would make another Job/,
    },
    {
      name: 'an item of a list is wrong',
      text: 'apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: A\n',
      says: 'a.yml:4 is a A without metadata.name',
    },
  ]
  it.each(cases)('$name', ({ text, says }) => {
    const problems = problemsOf(text)
    expect(problems).toHaveLength(1)
    if (typeof says === 'string') expect(problems[0]).toBe(says)
    else expect(problems[0]).toMatch(says)
  })

  it('refuses aliases that multiply beyond reason', () => {
    const levels = Array.from({ length: 9 }, (_, index) => {
      const nested = index === 0 ? '[x, x]' : `[${`*l${index - 1}, `.repeat(9)}*l${index - 1}]`
      return `  l${index}: &l${index} ${nested}`
    })
    expect(problemsOf(`${valid}data:\n${levels.join('\n')}\n`).join()).toMatch(/alias/i)
  })
})

describe('parseManifests reads', () => {
  it('several documents, and skips empty ones', () => {
    const text = `---\n# nothing\n---\n${valid}---\n---\n${valid.replace('name: a', 'name: b')}`
    const { manifests, problems } = parseManifests(text, 'a.yml')
    expect(problems).toEqual([])
    expect(manifests.map(({ object, place }) => [object.metadata.name, place.line])).toEqual([
      ['a', 4],
      ['b', 9],
    ])
  })

  it('lists, item by item, with their lines', () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n  - ${valid.replaceAll('\n', '\n    ')}\n`
    const { manifests } = parseManifests(text, 'a.yml')
    expect(manifests.map(({ place }) => place)).toEqual([{ file: 'a.yml', line: 4 }])
  })

  it('JSON', () => {
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }, null, 2)
    expect(parseManifests(json, 'a.json').manifests).toHaveLength(1)
  })

  it('anchors and merge keys', () => {
    const text = `${valid}data: &d { a: b }\nmore: { <<: *d, c: d }\n`
    expect(parseManifests(text, 'a.yml').manifests[0]?.object.more).toEqual({ a: 'b', c: 'd' })
  })

  const scalars = [
    ['0644', 420],
    ['0o17', 15],
    ['0x1F', 31],
    ['yes', true],
    ['Off', false],
    ['y', true],
    ['N', false],
    ['"yes"', 'yes'],
    ['22:30', '22:30'],
    ['2026-01-01', '2026-01-01'],
    ['1.0', 1],
    ['1e3', 1000],
    ['~', null],
    ['08', 8],
    ['1_000', 1000],
    ['-0644', -420],
    ['0b11', 3],
    ['012.5', 12.5],
    ['1:20:30', '1:20:30'],
  ] as const
  it.each(scalars)('%s as kubectl does', (text, value) => {
    const { manifests } = parseManifests(`${valid}data: ${text}\n`, 'a.yml')
    expect(manifests[0]?.object.data).toEqual(value)
  })
})
