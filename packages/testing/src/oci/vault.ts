import { constants, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { OciResponse } from './oci-request.ts'
import { bodyOf, failure, isAllowed, notFound } from './service.ts'
import type { FakeService, ServiceRequest } from './service.ts'
import { signDigest } from './sign-digest.ts'

/** A key in a vault, with one version. */
export interface FakeVaultKey {
  readonly id: string
  readonly version: string
  readonly compartmentId: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly shape: {
    readonly algorithm: 'RSA' | 'ECDSA'
    readonly length: number
    readonly curveId?: string
  }
  lifecycleState: 'ENABLED' | 'DISABLED' | 'PENDING_DELETION'
}

/** Makes a key as a vault would. */
export function fakeVaultKey(name: string, algorithm: 'RSA' | 'ECDSA' = 'RSA'): FakeVaultKey {
  const pair =
    algorithm === 'RSA'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    ...pair,
    id: `ocid1.key.oc1.iad.bbvaultaaaa.${name}`,
    version: `ocid1.keyversion.oc1.iad.bbvaultaaaa.${name}v1`,
    compartmentId: 'ocid1.compartment.oc1..aaaateam',
    shape:
      algorithm === 'RSA'
        ? { algorithm, length: 256 }
        : { algorithm, length: 32, curveId: 'NIST_P256' },
    lifecycleState: 'ENABLED',
  }
}

const base = '/20180608'

/** OCI Vault: looks keys up, signs and verifies with them; the private halves stay here. */
export function fakeVault(keys: readonly FakeVaultKey[]): FakeService {
  return (request) => {
    const { method, path } = request
    if (!path.startsWith(`${base}/`)) return undefined
    if (!isAllowed(request.caller, 'use', 'keys')) return notFound
    const [, id, version] =
      /^\/20180608\/keys\/([^/]+)(?:\/keyVersions\/([^/]+))?$/.exec(path) ?? []
    if (method === 'GET' && id !== undefined) return lookUp(keys, id, version)
    if (method === 'POST' && path === `${base}/sign`) return signed(request, keys)
    if (method === 'POST' && path === `${base}/verify`) return verified(request, keys)
    return failure(405, 'MethodNotAllowed', `${method} ${path}`)
  }
}

function lookUp(
  keys: readonly FakeVaultKey[],
  id: string,
  version: string | undefined,
): OciResponse {
  const key = keys.find((one) => one.id === id)
  if (key === undefined || (version !== undefined && version !== key.version)) return notFound
  const { compartmentId, lifecycleState, shape: keyShape } = key
  if (version === undefined) {
    const body = { id, compartmentId, lifecycleState, keyShape, currentKeyVersion: key.version }
    return { status: 200, body }
  }
  const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return {
    status: 200,
    body: { id: version, keyId: id, compartmentId, lifecycleState, publicKey },
  }
}

interface Details {
  readonly key: FakeVaultKey
  readonly message: Buffer
  readonly messageType: string
  readonly signingAlgorithm: string
  readonly signature: Buffer
}

function detailsOf(
  request: ServiceRequest,
  keys: readonly FakeVaultKey[],
  names: readonly string[],
): Details | OciResponse {
  const body = bodyOf(request) ?? {}
  const all = ['keyId', 'keyVersionId', 'message', 'messageType', 'signingAlgorithm', ...names]
  const unknown = Object.keys(body).find((name) => !all.includes(name))
  if (unknown !== undefined) return failure(400, 'InvalidParameter', unknown)
  const missing = all.find((name) => typeof body[name] !== 'string')
  if (missing !== undefined) return failure(400, 'MissingParameter', missing)
  const text = body as Readonly<Record<string, string>>
  const key = keys.find(({ id, version }) => id === text.keyId && version === text.keyVersionId)
  if (key === undefined) return notFound
  const { messageType = '', signingAlgorithm = '' } = text
  const message = Buffer.from(text.message ?? '', 'base64')
  const problem = problemWith({ key, message, messageType, signingAlgorithm })
  if (problem !== undefined) return failure(400, 'InvalidParameter', problem)
  const signature = Buffer.from(text.signature ?? '', 'base64')
  return { key, message, messageType, signingAlgorithm, signature }
}

function problemWith(details: Omit<Details, 'signature'>): string | undefined {
  const { key, message, messageType, signingAlgorithm } = details
  if (key.lifecycleState !== 'ENABLED') return `The key is ${key.lifecycleState}`
  const ofKey =
    key.shape.algorithm === 'RSA'
      ? ['SHA_256_RSA_PKCS_PSS', 'SHA_256_RSA_PKCS1_V1_5']
      : ['ECDSA_SHA_256']
  if (!ofKey.includes(signingAlgorithm)) return `signingAlgorithm ${signingAlgorithm}`
  if (messageType === 'DIGEST') {
    if (signingAlgorithm.endsWith('PSS')) return 'This fake takes no digests for PSS'
    return message.length === 32 ? undefined : 'The length of the digest'
  }
  if (messageType !== 'RAW') return `messageType ${messageType}`
  return message.length > 4096 ? 'The message is longer than 4096 bytes' : undefined
}

function signed(request: ServiceRequest, keys: readonly FakeVaultKey[]): OciResponse {
  const details = detailsOf(request, keys, [])
  if ('status' in details) return details
  const { key, signingAlgorithm } = details
  const { id: keyId, version: keyVersionId } = key
  const signature = signatureOf(details).toString('base64')
  return { status: 200, body: { keyId, keyVersionId, signature, signingAlgorithm } }
}

function verified(request: ServiceRequest, keys: readonly FakeVaultKey[]): OciResponse {
  const details = detailsOf(request, keys, ['signature'])
  if ('status' in details) return details
  const { key, message, messageType, signingAlgorithm, signature } = details
  if (messageType !== 'RAW') return failure(501, 'NotImplemented', 'This fake verifies RAW only')
  const options = { key: key.publicKey, ...paddingOf(signingAlgorithm) }
  const isSignatureValid = verify('sha256', message, options, signature)
  return { status: 200, body: { isSignatureValid } }
}

/** How Node.js calls what OCI's algorithms do. */
export function paddingOf(signingAlgorithm: string): {
  readonly padding?: number
  readonly saltLength?: number
} {
  return signingAlgorithm.endsWith('PSS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {}
}

function signatureOf(details: Details): Buffer {
  const { key, message, messageType, signingAlgorithm } = details
  const options = { key: key.privateKey, ...paddingOf(signingAlgorithm) }
  return messageType === 'RAW'
    ? sign('sha256', message, options)
    : signDigest(message, key.privateKey)
}
