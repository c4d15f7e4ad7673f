import { createHash, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** Who signs: the name that OCI knows a public key by, and the private key to it. */
export interface SigningKey {
  readonly keyId: string
  readonly privateKey: KeyObject
}

/** A request that is about to be sent. */
export interface UnsignedRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/**
 * The headers of a request, signed as OCI wants it: draft-cavage-http-signatures-08 with RSA and
 * SHA-256. The signature is good for five minutes around `date`, so each attempt needs a new one.
 */
export function signedHeaders(
  request: UnsignedRequest,
  key: SigningKey,
  date: string,
): Readonly<Record<string, string>> {
  const headers = { ...inLowerCase(request.headers), date, ...bodyHeaders(request) }
  const names = namesToSign(request)
  const text = names.map((name) => `${name}: ${valueOf(name, request, headers)}`).join('\n')
  const signature = sign('RSA-SHA256', Buffer.from(text), key.privateKey).toString('base64')
  const parameters = [
    'version="1"',
    `headers="${names.join(' ')}"`,
    `keyId="${key.keyId}"`,
    'algorithm="rsa-sha256"',
    `signature="${signature}"`,
  ]
  return { ...headers, authorization: `Signature ${parameters.join(',')}` }
}

/** A time as the Date header writes it (RFC 9110, "IMF-fixdate"). */
export function httpDate(time: Date): string {
  return time.toUTCString()
}

function inLowerCase(headers: UnsignedRequest['headers'] = {}): Record<string, string> {
  const entries = Object.entries(headers)
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]))
}

function hasBody({ method }: UnsignedRequest): boolean {
  return ['POST', 'PUT', 'PATCH'].includes(method)
}

function namesToSign(request: UnsignedRequest): readonly string[] {
  const always = ['date', '(request-target)', 'host']
  return hasBody(request)
    ? [...always, 'content-length', 'content-type', 'x-content-sha256']
    : always
}

/** The headers about the body: OCI wants them even where the body is empty. */
function bodyHeaders(request: UnsignedRequest): Record<string, string> {
  if (!hasBody(request)) return {}
  const bytes = Buffer.from(request.body ?? '')
  const type = inLowerCase(request.headers)['content-type'] ?? 'application/json'
  return {
    'content-length': bytes.byteLength.toFixed(0),
    'content-type': type,
    'x-content-sha256': createHash('sha256').update(bytes).digest('base64'),
  }
}

function valueOf(
  name: string,
  { method, url }: UnsignedRequest,
  headers: Readonly<Record<string, string>>,
): string {
  if (name === '(request-target)') return `${method.toLowerCase()} ${url.pathname}${url.search}`
  return name === 'host' ? url.host : (headers[name] ?? '')
}
