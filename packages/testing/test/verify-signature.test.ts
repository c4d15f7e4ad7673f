import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { httpDate, signedHeaders } from '@oke-pipeline/oci'
import { verifySignature } from '@oke-pipeline/testing'
import type { OciRequest } from '@oke-pipeline/testing'

const now = new Date('2026-11-25T10:00:00Z')
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKey = createPublicKey(privateKey)

function signed(at: Date = now): OciRequest {
  const url = new URL('http://127.0.0.1:4000/things?name=a%20b')
  const request = { method: 'POST', url, body: '{"a":1}' } as const
  return {
    method: 'POST',
    target: '/things?name=a%20b',
    headers: {
      host: url.host,
      ...signedHeaders(request, { keyId: 'key', privateKey }, httpDate(at)),
    },
    body: Buffer.from(request.body),
  }
}

function withHeader(name: string, change: (value: string) => string): OciRequest {
  const request = signed()
  return {
    ...request,
    headers: { ...request.headers, [name]: change(request.headers[name] ?? '') },
  }
}

describe('verifySignature', () => {
  it('accepts what was signed', () => {
    expect(verifySignature(signed(), () => publicKey, now)).toBe('key')
  })

  it.each([
    { name: 'no signature', request: withHeader('authorization', () => '') },
    { name: 'another method', request: { ...signed(), method: 'PUT' } },
    { name: 'another target', request: { ...signed(), target: '/things?name=other' } },
    { name: 'another host', request: withHeader('host', () => 'other.example') },
    { name: 'another body', request: { ...signed(), body: Buffer.from('{"a":2}') } },
    { name: 'another type', request: withHeader('content-type', () => 'text/plain') },
    {
      name: 'another algorithm',
      request: withHeader('authorization', (v) => v.replace('256', '1')),
    },
    {
      name: 'a body that is not signed',
      request: withHeader('authorization', (v) => v.replace(' x-content-sha256', '')),
    },
    {
      name: 'a date that is not signed',
      request: withHeader('authorization', (v) => v.replace('date ', '')),
    },
    { name: 'an old date', request: signed(new Date(now.getTime() - 301_000)) },
    { name: 'a date to come', request: signed(new Date(now.getTime() + 301_000)) },
  ])('refuses $name', ({ request }) => {
    expect(() => verifySignature(request, () => publicKey, now)).toThrow()
  })

  it('refuses a key that it does not know, and one that does not fit', () => {
    expect(() => verifySignature(signed(), () => undefined, now)).toThrow('no key has the id')
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    expect(() => verifySignature(signed(), () => other, now)).toThrow('does not fit')
  })
})
