import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { digestOf, digestOfStream, isDigest, parseDigest, shortDigest } from '../src/digest.ts'

const hex = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

describe('parseDigest', () => {
  it('accepts a sha256 digest', () => {
    expect(parseDigest(`sha256:${hex}`)).toBe(`sha256:${hex}`)
  })

  it.each([
    { name: 'no algorithm', text: hex, because: 'not an algorithm and a hash' },
    { name: 'another algorithm', text: `sha512:${hex}${hex}`, because: '"sha512" is not sha256' },
    { name: 'a short hash', text: 'sha256:abc', because: 'has 3 characters, not 64' },
    { name: 'upper-case digits', text: `sha256:${hex.toUpperCase()}`, because: 'other than 0-9' },
    { name: 'a letter too many', text: `sha256:${hex}0`, because: 'has 65 characters' },
    { name: 'a line break after it', text: `sha256:${hex}\n`, because: 'has 65 characters' },
    { name: 'a path in it', text: `sha256:../${hex.slice(3)}`, because: 'other than 0-9' },
    { name: 'nothing', text: '', because: 'not an algorithm and a hash' },
    { name: 'a reference', text: `app@sha256:${hex}`, because: '"app@sha256" is not sha256' },
  ])('rejects $name', ({ text, because }) => {
    expect(() => parseDigest(text)).toThrow(because)
    expect(isDigest(text)).toBe(false)
  })
})

describe('digestOf', () => {
  it('is the SHA-256 of the bytes', () => {
    expect(digestOf('')).toBe(`sha256:${hex}`)
    expect(shortDigest(digestOf(''))).toBe('e3b0c44298fc')
  })

  it('is the same for a stream, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), async (chunks) => {
        const bytes = Buffer.concat(chunks)
        const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
        expect(digestOf(bytes)).toBe(digest)
        const streamed = await digestOfStream(Readable.from(chunks, { objectMode: true }))
        expect(streamed).toEqual({ digest, sizeBytes: bytes.byteLength })
      }),
      { numRuns: 50 },
    )
  })
})
