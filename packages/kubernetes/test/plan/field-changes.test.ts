import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { fieldChanges, formatFieldPath } from '../../src/plan/field-changes.ts'

function changesOf(
  before: object,
  after: object,
): readonly (readonly [string, unknown, unknown])[] {
  const [one, other] = [before, after].map((value) => JSON.parse(JSON.stringify(value)) as never)
  return fieldChanges(one, other).map(({ path, before: old, after: now }) => [
    formatFieldPath(path),
    old,
    now,
  ])
}

const container = (name: string, image: string): object => ({ name, image })

describe('fieldChanges', () => {
  it.each([
    { title: 'a field', before: { a: { b: 1 } }, after: { a: { b: 2 } }, found: [['a.b', 1, 2]] },
    {
      title: 'a new field',
      before: {},
      after: { a: { b: 1 } },
      found: [['a', undefined, { b: 1 }]],
    },
    { title: 'a field that goes', before: { a: 1 }, after: {}, found: [['a', 1, undefined]] },
    {
      title: 'a list of values as a whole',
      before: { args: ['a', 'b'] },
      after: { args: ['a', 'c'] },
      found: [['args', ['a', 'b'], ['a', 'c']]],
    },
    {
      title: 'members by their name, wherever they are',
      before: { containers: [container('web', 'v1')] },
      after: { containers: [container('proxy', 'p'), container('web', 'v2')] },
      found: [
        ['containers[name=web].image', 'v1', 'v2'],
        ['containers[name=proxy]', undefined, container('proxy', 'p')],
      ],
    },
    {
      title: 'another order of the same members',
      before: { containers: [container('a', '1'), container('b', '1')] },
      after: { containers: [container('b', '1'), container('a', '1')] },
      found: [['containers', ['a', 'b'], ['b', 'a']]],
    },
    {
      title: 'members by their place, where no field tells them',
      before: { rules: [{ verbs: ['get'] }, { verbs: ['list'] }] },
      after: { rules: [{ verbs: ['get'] }] },
      found: [['rules[1]', { verbs: ['list'] }, undefined]],
    },
    {
      title: 'members by their place, where two have the same name',
      before: {
        ports: [
          { port: 53, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      },
      after: {
        ports: [
          { port: 53, protocol: 'TCP' },
          { port: 53, protocol: 'SCTP' },
        ],
      },
      found: [['ports[1].protocol', 'UDP', 'SCTP']],
    },
    {
      title: 'names with dots, in quotes',
      before: { annotations: { 'a.b/c': 'x' } },
      after: { annotations: { 'a.b/c': 'y' } },
      found: [['annotations["a.b/c"]', 'x', 'y']],
    },
    {
      title: 'nothing in equal values',
      before: { a: [1], b: 2 },
      after: { b: 2, a: [1] },
      found: [],
    },
  ])('finds $title', ({ before, after, found }) => {
    expect(changesOf(before, after)).toEqual(found)
  })

  it('finds something exactly where two values differ', () => {
    const value = fc.dictionary(fc.constantFrom('a', 'b', 'name'), fc.jsonValue({ maxDepth: 2 }))
    fc.assert(
      fc.property(value, value, (before, after) => {
        expect(changesOf(before, before)).toEqual([])
        const isSame = canonical(before) === canonical(after)
        expect(changesOf(before, after).length === 0).toBe(isSame)
      }),
    )
  })
})

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, nested: unknown) =>
    typeof nested === 'object' && nested !== null && !Array.isArray(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
      : nested,
  )
}
