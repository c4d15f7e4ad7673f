import { describe, expect, it } from '@jest/globals'
import { variablesKind } from '../src/variable-kind.ts'

const kind = variablesKind()

describe('variablesKind', () => {
  it.each([
    {
      name: 'names with commas',
      text: 'HOST, REPLICAS',
      gives: { HOST: undefined, REPLICAS: undefined },
    },
    {
      name: 'names in lines',
      text: 'HOST\n\n  REPLICAS',
      gives: { HOST: undefined, REPLICAS: undefined },
    },
    {
      name: 'a value with commas',
      text: 'LIST=a, b=c\nHOST',
      gives: { LIST: 'a, b=c', HOST: undefined },
    },
    { name: 'a value with blanks at its end', text: 'A= x \r\nB=', gives: { A: ' x ', B: '' } },
  ])('takes $name', ({ text, gives }) => {
    const expected = Object.entries(gives).map(([name, value]) => ({ name, value }))
    expect(kind.parse(text)).toEqual(expected)
  })

  it.each(['my-host', 'A, 1B', 'A, B=c', '=a'])('refuses %s', (text) => {
    expect(() => kind.parse(text)).toThrow('is not')
  })
})
