import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { ConfigurationError, messageOf } from '@oke-pipeline/core'

/**
 * Reads an RSA key in PEM (PKCS #1 or PKCS #8, encrypted or not) as it comes out of a secret: with
 * Windows line ends, with `\n` written out, or with the label that the OCI console puts after it.
 * @throws {@link ConfigurationError} that never quotes the key.
 */
export function readPrivateKey(text: string, passphrase?: string): KeyObject {
  const key = parseKey(pemIn(text), passphrase)
  if (key.asymmetricKeyType === 'rsa') return key
  throw unusable(
    `It is a key of the kind "${key.asymmetricKeyType ?? 'unknown'}"; OCI takes RSA keys only.`,
  )
}

/** The fingerprint that OCI shows for a key: MD5 of its public half, as `aa:bb:…`. */
export function fingerprintOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const der = publicKey.export({ type: 'spki', format: 'der' })
  const hex = createHash('md5').update(der).digest('hex')
  return hex.match(/../g)?.join(':') ?? ''
}

function pemIn(text: string): string {
  const unescaped = text.replaceAll(/(\\r)?\\n/g, '\n').replaceAll(/\r\n?/g, '\n')
  const block = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^]*?-----END \1-----/.exec(unescaped)
  if (block !== null) return `${block[0]}\n`
  throw unusable(
    text.includes('-----BEGIN')
      ? 'It is another PEM document, or is cut off before its "-----END …-----" line.'
      : 'It does not contain "-----BEGIN … PRIVATE KEY-----": a PEM file is expected, not a path or a fingerprint.',
  )
}

function parseKey(pem: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (error) {
    if (isEncrypted(pem) && passphrase === undefined) {
      throw unusable('It is encrypted, and no passphrase is given.', error)
    }
    if (isEncrypted(pem)) throw unusable('The passphrase does not open it.', error)
    throw unusable(`It cannot be read: ${messageOf(error)}.`, error)
  }
}

function isEncrypted(pem: string): boolean {
  return pem.includes('ENCRYPTED')
}

function unusable(explanation: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError({
    title: 'The private key of the OCI identity cannot be used',
    explanation,
    remedy: 'Store the whole PEM file of the key in the secret, its BEGIN and END lines included.',
    ...(cause === undefined ? {} : { cause }),
  })
}
