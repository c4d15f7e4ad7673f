import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { isList } from '../src/readers/json-value.ts'
import { parseWithLargeLists } from '../src/readers/large-lists.ts'
import { TextList } from '../src/readers/text-list.ts'

/** Everything in a document, with the lists that are parsed late. */
function whole(value: unknown): unknown {
  if (isList(value)) return [...value].map(whole)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, whole(inner)]))
}

function repeated(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({ index, text: 'a "quoted\\" [{ text' }))
}

describe('parseWithLargeLists', () => {
  it.each([
    { name: 'at the top', document: { matches: repeated(600), last: 1 }, path: ['matches'] },
    {
      name: 'deep inside',
      document: { Results: [{ Target: 'x', Vulnerabilities: repeated(600) }, { Target: 'y' }] },
      path: ['Results', 0, 'Vulnerabilities'],
    },
  ])('leaves a large list $name to be parsed later', ({ document, path }) => {
    const parsed = parseWithLargeLists(JSON.stringify(document, undefined, 2))
    const list = path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), parsed)
    expect(list).toBeInstanceOf(TextList)
    expect(whole(parsed)).toEqual(document)
  })

  it('parses a large list inside of a large list with its elements', () => {
    const document = { a: repeated(501).map((one) => ({ ...one, inner: repeated(501) })) }
    expect(whole(parseWithLargeLists(JSON.stringify(document)))).toEqual(document)
  })

  it.each([
    { name: 'something else than objects in between', middle: ',1,' },
    { name: 'a comma too many', middle: ',,' },
    { name: 'a comma too few', middle: ' ' },
    { name: 'a word', middle: ',x,' },
  ])('leaves a list with $name to JSON.parse', ({ middle }) => {
    const objects = JSON.stringify(repeated(300)).slice(1, -1)
    const text = `{"list":[${objects}${middle}${objects}]}`
    let expected: unknown
    try {
      expected = JSON.parse(text)
    } catch {
      expect(() => parseWithLargeLists(text)).toThrow(SyntaxError)
      return
    }
    expect(parseWithLargeLists(text)).toEqual(expected)
  })

  it('says that an element is no JSON when it is looked at', () => {
    const text = JSON.stringify({ list: repeated(600) }).replace('"index":300', '"index":3x0')
    const parsed = parseWithLargeLists(text)
    expect(() => whole(parsed)).toThrow(SyntaxError)
  })

  it('parses whatever is JSON as JSON.parse does', () => {
    const element = fc.oneof(
      fc.record({ a: fc.json(), b: fc.string({ unit: 'binary' }) }),
      fc.object({ maxDepth: 3 }),
    )
    const document = fc.record({
      list: fc.array(element, { minLength: 2, maxLength: 6 }),
      other: fc.jsonValue(),
      spaces: fc.nat({ max: 3 }),
    })
    fc.assert(
      fc.property(document, ({ list, other, spaces }) => {
        const many = Array.from({ length: 300 }, () => list).flat()
        const text = JSON.stringify({ other, deep: [{ many }] }, undefined, spaces)
        expect(whole(parseWithLargeLists(text))).toEqual(JSON.parse(text))
      }),
      { numRuns: 40 },
    )
  })
})
