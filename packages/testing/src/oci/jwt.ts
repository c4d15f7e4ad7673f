import { sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** What a token says. */
export type Claims = Readonly<Record<string, unknown>>

/** A JSON web token, signed with RS256. */
export function signJwt(claims: Claims, key: KeyObject): string {
  const text = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
}

/** The claims of a token that the key has signed and that is valid now; undefined of any other. */
export function verifiedClaims(token: string, key: KeyObject, now: Date): Claims | undefined {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.')
  const text = Buffer.from(`${header}.${payload}`)
  const isSigned = verify('RSA-SHA256', text, key, Buffer.from(signature, 'base64url'))
  if (!isSigned || rest.length > 0) return undefined
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
  const seconds = now.getTime() / 1000
  const isCurrent = Number(claims.exp) > seconds && Number(claims.nbf ?? 0) <= seconds
  return isCurrent ? claims : undefined
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
