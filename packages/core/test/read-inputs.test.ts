import { describe, expect, it } from '@jest/globals'
import {
  ConfigurationError,
  assignments,
  boolean,
  duration,
  integer,
  list,
  oneOf,
  optional,
  path,
  readInputs,
  required,
  secret,
  text,
  withDefault,
} from '@oke-pipeline/core'
import type { InputSource, InputTable } from '@oke-pipeline/core'

function source(given: Readonly<Record<string, string>>): InputSource & { masked: string[] } {
  const masked: string[] = []
  return { masked, input: (name) => given[name], mask: (value) => void masked.push(value) }
}

const table = {
  image: required(text({ pattern: /^[a-z/]+$/, expects: 'a name in lower case' }), 'Image'),
  count: withDefault(integer({ from: 1, to: 9 }), '3', 'Count'),
  password: optional(secret(), 'Password'),
  wait: optional(duration({ from: 1, to: 3600 }), 'Wait'),
} satisfies InputTable

async function messageOf(given: Readonly<Record<string, string>>): Promise<string> {
  return readInputs(table, source(given)).then(
    () => 'accepted',
    (error: unknown) => (error instanceof ConfigurationError ? error.message : 'another error'),
  )
}

describe('readInputs', () => {
  it('gives values, defaults and undefined for what was left out', async () => {
    await expect(readInputs(table, source({ image: ' hello ', count: '' }))).resolves.toEqual({
      image: 'hello',
      count: 3,
      password: undefined,
      wait: undefined,
    })
  })

  it('reports all problems at once, with name, value and expectation', async () => {
    const message = await messageOf({ count: '12', wait: 'soon' })
    expect(message).toContain('3 inputs are not usable')
    expect(message).toContain('"image": is required: give a name in lower case.')
    expect(message).toContain('"count": got "12", expected a whole number from 1 to 9.')
    expect(message).toContain('"wait": got "soon", expected a duration such as 90s')
  })

  it('adds the problems that a check finds to those of the kinds', async () => {
    const reading = readInputs(table, source({ count: '0', image: 'a' }), () => [
      { input: 'image', got: 'a', problem: 'expected something longer' },
    ])
    await expect(reading).rejects.toThrow(/"count"[^]*"image": got "a", expected something longer/)
  })

  it('masks secrets, and does so before a problem is reported', async () => {
    const given = source({ password: 'pässword', count: 'x' })
    await expect(readInputs(table, given)).rejects.toThrow(ConfigurationError)
    expect(given.masked).toEqual(['pässword'])
  })

  it('quotes what was given so that it cannot act on the log', async () => {
    const message = await messageOf({ image: 'a\n::set-output name=x::y' })
    expect(message).toContain(String.raw`got "a\n::set-output name=x::y"`)
    expect(message.split('\n').filter((line) => line.startsWith('::'))).toEqual([])
  })
})

describe('kinds', () => {
  const rows = [
    { name: 'true', kind: boolean(), given: 'true', value: true },
    { name: 'False', kind: boolean(), given: 'False', value: false },
    { name: 'yes is no boolean', kind: boolean(), given: 'yes', value: undefined },
    { name: 'a word', kind: oneOf(['a', 'b']), given: 'b', value: 'b' },
    { name: 'no word', kind: oneOf(['a', 'b']), given: 'B', value: undefined },
    { name: 'a list', kind: list(text()), given: 'a, b\n\nc', value: ['a', 'b', 'c'] },
    { name: 'seconds', kind: duration({ from: 1, to: 9999 }), given: '90s', value: 90 },
    { name: 'hours', kind: duration({ from: 1, to: 9999 }), given: '1h30m', value: 5400 },
    { name: 'no unit', kind: duration({ from: 1, to: 9999 }), given: '90', value: undefined },
    { name: 'too long', kind: duration({ from: 1, to: 60 }), given: '2m', value: undefined },
    { name: 'a path', kind: path(), given: 'deploy/dev', value: 'deploy/dev' },
    { name: 'a path out', kind: path(), given: 'a/../../b', value: undefined },
    { name: 'an option', kind: path(), given: '--help', value: undefined },
    { name: 'two lines', kind: text(), given: 'a\nb', value: undefined },
    { name: 'an escape', kind: text(), given: 'a\u001b[2J', value: undefined },
    { name: 'shell text', kind: text(), given: '$(id); `id`', value: '$(id); `id`' },
    {
      name: 'assignments',
      kind: assignments(),
      given: 'A=1\nB=x=y',
      value: [
        { name: 'A', value: '1' },
        { name: 'B', value: 'x=y' },
      ],
    },
    { name: 'no assignment', kind: assignments(), given: '=1', value: undefined },
  ]
  it.each(rows)('$name', async ({ kind, given, value }) => {
    const reading = readInputs({ it: required(kind as never, '') }, source({ it: given }))
    if (value === undefined) await expect(reading).rejects.toThrow(ConfigurationError)
    else await expect(reading).resolves.toEqual({ it: value })
  })
})
