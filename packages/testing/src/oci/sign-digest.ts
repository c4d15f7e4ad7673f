import { constants, createECDH, privateEncrypt } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** What PKCS #1 v1.5 puts before a SHA-256 digest (RFC 8017, section 9.2). */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** Signs a SHA-256 digest that others have made, which `sign` of Node.js does not. */
export function signDigest(digest: Buffer, key: KeyObject): Buffer {
  if (key.asymmetricKeyType === 'rsa') {
    const padding = constants.RSA_PKCS1_PADDING
    return privateEncrypt({ key, padding }, Buffer.concat([digestInfo, digest]))
  }
  const secret = key.export({ format: 'jwk' }).d ?? ''
  return ecdsaSignature(digest, numberOf(Buffer.from(secret, 'base64url')))
}

/** The order of the curve P-256. */
const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')

/** FIPS 186-5, section 6.4.1; a point of the curve is what a key exchange calls a public key. */
function ecdsaSignature(digest: Buffer, secret: bigint): Buffer {
  const once = createECDH('prime256v1')
  const point = once.generateKeys()
  const k = numberOf(once.getPrivateKey())
  const r = numberOf(point.subarray(1, 33)) % order
  const s = (inverse(k) * ((numberOf(digest) + r * secret) % order)) % order
  const body = Buffer.concat([derInteger(r), derInteger(s)])
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}

/** By Fermat: the order is a prime. */
function inverse(value: bigint): bigint {
  let result = 1n
  let base = value % order
  for (let exponent = order - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % order
    base = (base * base) % order
  }
  return result
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  const signed = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes
  return Buffer.concat([Buffer.from([0x02, signed.length]), signed])
}
