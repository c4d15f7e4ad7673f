import { expect, it } from '@jest/globals'
import { warningsIn } from '../src/client/api-warnings.ts'

it.each([
  { name: 'no header', header: undefined, texts: [] },
  {
    name: 'one',
    header: '299 - "v1 ComponentStatus is deprecated in v1.19+"',
    texts: ['v1 ComponentStatus is deprecated in v1.19+'],
  },
  {
    name: 'several, with commas and quotes in them',
    header: String.raw`299 - "unknown field \"a\", ignored", 299 kube "second"`,
    texts: ['unknown field "a", ignored', 'second'],
  },
  { name: 'other codes', header: '199 - "misc"', texts: [] },
])('reads warnings: $name', ({ header, texts }) => {
  expect(warningsIn(header)).toEqual(texts)
})
