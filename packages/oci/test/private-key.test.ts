import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { samplePem } from './sample-key.ts'
import { fingerprintOf, readPrivateKey } from '@oke-pipeline/oci'

const fingerprint = '73:61:a2:21:67:e0:df:be:7e:4b:93:1e:15:98:a5:b7'
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const encrypted = privateKey.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'open sesame',
}) as string
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

describe('readPrivateKey', () => {
  it.each([
    { name: 'as it was downloaded', text: samplePem },
    { name: 'with the console’s label', text: `${samplePem}OCI_API_KEY\n` },
    { name: 'with Windows line ends', text: samplePem.replaceAll('\n', '\r\n') },
    { name: 'with line ends written out', text: samplePem.replaceAll('\n', '\\n') },
    { name: 'with blanks around it', text: `\n  ${samplePem}\n\n` },
  ])('takes a key $name', ({ text }) => {
    expect(fingerprintOf(readPrivateKey(text))).toBe(fingerprint)
  })

  it('opens an encrypted key', () => {
    const key = readPrivateKey(encrypted, 'open sesame')
    expect(fingerprintOf(key)).toBe(fingerprintOf(createPublicKey(privateKey)))
  })

  it.each([
    { name: 'a path', text: '/home/me/.oci/key.pem', says: 'a PEM file is expected, not a path' },
    { name: 'a key cut off', text: samplePem.slice(0, 300), says: 'is cut off' },
    { name: 'a damaged key', text: samplePem.replace('MIIC', 'AAAA'), says: 'cannot be read' },
    { name: 'a locked key', text: encrypted, says: 'no passphrase is given' },
    { name: 'a wrong passphrase', text: encrypted, phrase: 'no', says: 'does not open it' },
    {
      name: 'another kind of key',
      text: elliptic.export({ type: 'pkcs8', format: 'pem' }) as string,
      says: 'of the kind "ec"',
    },
  ])('refuses $name, without quoting it', ({ text, phrase, says }) => {
    const read = (): unknown => readPrivateKey(text, phrase)
    expect(read).toThrow(says)
    expect(read).not.toThrow(text.slice(0, 60).slice(-20))
  })
})
