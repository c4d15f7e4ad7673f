import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { redactorFor } from '../src/diagnosis/redact.ts'

const password = 'p@ss "w0rd"/ü'

function redacted(text: string, ...values: readonly string[]): string {
  return redactorFor(values.map((value) => Buffer.from(value)))(text)
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

describe('redactorFor', () => {
  it.each([
    { name: 'as it is', written: password },
    { name: 'in base64', written: base64(password) },
    { name: 'in JSON', written: JSON.stringify({ password }) },
    { name: 'in a URL', written: `https://host/?key=${encodeURIComponent(password)}` },
    { name: 'in base64 of something longer', written: base64(`user:${password}@host`) },
  ])('takes a value out $name', ({ written }) => {
    const text = redacted(`before ${written} after`, password)
    expect(text).toMatch(/^before .*\*\*\*.* after$/)
    for (const form of [password, 'w0rd', base64(password).slice(0, 8)]) {
      expect(text).not.toContain(form)
    }
  })

  it('leaves nothing of a value in base64, whatever surrounds it', () => {
    const value = 'correct-horse-battery'
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const encoded = base64(`${before}${value}${after}`)
        const left = redacted(encoded, value).split('***')
        expect(left.length).toBeGreaterThan(1)
        for (const piece of left) {
          expect(Buffer.from(piece, 'base64').toString('latin1')).not.toContain('horse')
        }
      }),
    )
  })

  it('takes out every line of a value of several', () => {
    expect(redacted('got first-line', 'first-line\nsecond-line')).toBe('got ***')
  })

  it('takes out values that overlap as one', () => {
    expect(redacted('abcdefghi', 'abcdef', 'defghi')).toBe('***')
    expect(redacted('aaaaaaa.', 'aaaa')).toBe('***.')
  })

  it.each([
    { name: 'JSON', value: JSON.stringify({ auths: { host: { password: 'hunter22' } } }) },
    { name: 'a file of variables', value: 'A=b\nexport DB_PASSWORD="hunter22"\n' },
    { name: 'a file of properties', value: 'db.password: hunter22' },
    { name: 'the address of a database', value: 'postgres://app:hunter22@db:5432/app' },
    { name: 'a variable with such an address', value: 'URL=postgres://app:hunter22@db/app' },
  ])('takes out what is a secret within $name', ({ value }) => {
    expect(redacted('login with hunter22 failed', value)).toBe('login with *** failed')
  })

  it.each([
    { name: 'a JSON Web Token', text: 'token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln_-x' },
    { name: 'a bearer token', text: 'Authorization: Bearer 0123456789abcdef0123' },
    { name: 'a private key', text: '-----BEGIN RSA PRIVATE KEY-----\nMII\n' },
    { name: 'a password in a URL', text: 'dial amqp://app:open-sesame@host:5672' },
  ])('takes out $name that it does not know', ({ text }) => {
    expect(redacted(text)).toContain('***')
    expect(redacted(text)).not.toMatch(/c2ln|0123456789abcdef|MII|open-sesame/)
  })

  it('leaves short values and everything else as they are', () => {
    expect(redacted('abc is 123, Bearer of news', 'abc', '123')).toBe('abc is 123, Bearer of news')
  })

  it('knows bytes that are no text by their base64', () => {
    const bytes = Uint8Array.from([0xff, 0xfe, 0x00, 0x80, 0x99])
    const redact = redactorFor([bytes])
    expect(redact(`key ${Buffer.from(bytes).toString('base64')}`)).not.toContain('//4A')
  })
})
