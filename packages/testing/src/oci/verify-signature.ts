import { createHash, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { OciRequest } from './oci-request.ts'

const largestSkewSeconds = 300
const bodyHeaders = ['content-length', 'content-type', 'x-content-sha256']

/** Why a request is refused: what a service would put into `NotAuthenticated`. */
export class SignatureProblem extends Error {}

/**
 * Checks a signature as OCI does: every header that must be signed is, the date is not more than
 * five minutes off, the body is the one that was signed, and the key fits. Returns the key's name.
 * @throws {@link SignatureProblem}
 */
export function verifySignature(
  request: OciRequest,
  keyOf: (keyId: string) => KeyObject | undefined,
  now: Date,
): string {
  const parameters = parametersOf(request.headers.authorization ?? '')
  const names = (parameters.headers ?? '').split(' ')
  checkNames(request, names)
  checkDate(request, names, now)
  if (names.includes('x-content-sha256')) checkBody(request)
  const keyId = parameters.keyId ?? ''
  const key = keyOf(keyId)
  if (key === undefined) throw new SignatureProblem(`no key has the id ${keyId.slice(0, 40)}`)
  const text = names.map((name) => `${name}: ${valueOf(name, request)}`).join('\n')
  const signature = Buffer.from(parameters.signature ?? '', 'base64')
  if (!verify('RSA-SHA256', Buffer.from(text), key, signature)) {
    throw new SignatureProblem('the signature does not fit the request and the key')
  }
  return keyId
}

function parametersOf(authorization: string): Readonly<Record<string, string>> {
  const [, text = ''] = /^Signature (.+)$/.exec(authorization) ?? []
  const pairs = [...text.matchAll(/([A-Za-z]+)="([^"]*)"(?:,|$)/g)]
  const parameters = Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
  if (parameters.version !== '1') throw new SignatureProblem('version="1" is missing')
  if (parameters.algorithm !== 'rsa-sha256') throw new SignatureProblem('another algorithm')
  return parameters
}

function checkNames({ method, headers }: OciRequest, names: readonly string[]): void {
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method)
  const needed = ['(request-target)', 'host', ...(hasBody ? bodyHeaders : [])]
  const unsigned = needed.filter((name) => !names.includes(name))
  if (!names.includes('date') && !names.includes('x-date')) unsigned.push('date')
  if (unsigned.length > 0) throw new SignatureProblem(`not signed: ${unsigned.join(', ')}`)
  const absent = names.find((name) => name !== '(request-target)' && headers[name] === undefined)
  if (absent !== undefined) throw new SignatureProblem(`signed, but not sent: ${absent}`)
}

function checkDate({ headers }: OciRequest, names: readonly string[], now: Date): void {
  const text = headers[names.includes('date') ? 'date' : 'x-date'] ?? ''
  const skewSeconds = Math.abs(now.getTime() - Date.parse(text)) / 1000
  // Also refuses a date that cannot be read.
  if (!(skewSeconds <= largestSkewSeconds)) throw new SignatureProblem(`date ${text} is off`)
}

function checkBody({ headers, body }: OciRequest): void {
  const hash = createHash('sha256').update(body).digest('base64')
  if (headers['x-content-sha256'] !== hash) throw new SignatureProblem('another body was signed')
  if (headers['content-length'] !== body.byteLength.toFixed(0)) {
    throw new SignatureProblem('another length was signed')
  }
}

function valueOf(name: string, { method, target, headers }: OciRequest): string {
  if (name === '(request-target)') return `${method.toLowerCase()} ${target}`
  return headers[name] ?? ''
}
