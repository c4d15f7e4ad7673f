import { describe, expect, it } from '@jest/globals'
import { readZipMember } from './zip.ts'

// Made by Python's zipfile: a stored file "a/stored" ("as it is") and a deflated one "b/deflated" (200 times "x").
const archive = Buffer.from(
  'UEsDBBQAAAAAAAAAIVyzJE6WCAAAAAgAAAAIAAAAYS9zdG9yZWRhcyBpdCBpc1BLAwQUAAAACAAAACFcpmvLfgYAAADIAAAACgAAAGIvZGVmbGF0ZWSrqBgeAABQSwECFAMUAAAAAAAAACFcsyROlggAAAAIAAAACAAAAAAAAAAAAAAAgAEAAAAAYS9zdG9yZWRQSwECFAMUAAAACAAAACFcpmvLfgYAAADIAAAACgAAAAAAAAAAAAAAgAEuAAAAYi9kZWZsYXRlZFBLBQYAAAAAAgACAG4AAABcAAAAAAA=',
  'base64',
)

describe('readZipMember', () => {
  it('reads a stored and a compressed file', () => {
    expect(readZipMember(archive, 'a/stored').toString()).toBe('as it is')
    expect(readZipMember(archive, 'b/deflated').toString()).toBe('x'.repeat(200))
  })

  it('says what is missing', () => {
    expect(() => readZipMember(archive, 'c')).toThrow('The archive has no file "c".')
  })

  it('notices damage', () => {
    expect(() => readZipMember(archive.subarray(0, 60), 'a/stored')).toThrow('damaged')
  })
})
