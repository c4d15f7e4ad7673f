import { ServiceError, dropBody, messageOf, readBounded, retry } from '@oke-pipeline/core'
import type { HttpResponse } from '@oke-pipeline/core'
import type { Descriptor } from '../descriptor.ts'
import { digestOf, isDigest } from '../digest.ts'
import type { Digest } from '../digest.ts'
import { largestManifestBytes } from '../manifest.ts'
import { indexMediaTypes, manifestMediaTypes } from '../media-types.ts'
import type { ImageReference } from '../reference.ts'
import { authorization } from './authorization.ts'
import { findEndpoint } from './endpoint.ts'
import { listReferrers } from './list-referrers.ts'
import type { Credentials, RegistryPorts } from './ports.ts'
import { sendAuthorized } from './send.ts'
import type { Connection, RepositoryRequest } from './send.ts'
import { secondsFor, uploadBlob } from './upload.ts'
import type { Arrival, BlobContent } from './upload.ts'

/** A manifest as a registry holds it: the bytes that its digest is of. */
export interface StoredManifest {
  readonly digest: Digest
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** One repository of a registry (OCI distribution specification v1.1). */
export interface Repository {
  readonly reference: ImageReference
  /** Whether the registry knows the repository at all; most make it with the first push. */
  isKnown(): Promise<boolean>
  hasBlob(blob: Descriptor): Promise<boolean>
  /** Gets a blob into the repository, which has been seen not to have it. */
  putBlob(blob: Descriptor, content: BlobContent): Promise<Arrival>
  /** The bytes of a blob as they come; whoever reads them compares them with their digest. */
  getBlob(blob: Descriptor): Promise<{ readonly body: AsyncIterable<Uint8Array> }>
  /** The digest under a tag or digest, as the registry says it; absent when there is none. */
  headManifest(name: string): Promise<Digest | undefined>
  /** The manifest under a tag or digest, read and compared with its digest. */
  getManifest(name: string): Promise<StoredManifest | undefined>
  putManifest(name: string, manifest: Omit<StoredManifest, 'digest'>): Promise<void>
  /** What refers to a manifest; absent when the registry has no API for that. */
  listReferrers(subject: Digest): Promise<readonly Descriptor[] | undefined>
}

/** As whom, and for what, a repository is opened. */
export interface Opening {
  readonly credentials?: Credentials | undefined
  readonly access: 'pull' | 'push'
  /** Login services that the registry may name though they are private addresses. */
  readonly loginHosts?: readonly string[] | undefined
  /** Other repositories of the registry, whose blobs may be taken over. */
  readonly mountFrom?: readonly string[] | undefined
  /** Larger blobs are sent in pieces of this size; 48 MiB by default. */
  readonly pieceBytes?: number | undefined
}

const accept = [...indexMediaTypes, ...manifestMediaTypes].join(', ')

/**
 * Opens the repository of a reference; fails when the registry cannot be reached.
 * @throws ServiceError
 */
export async function openRepository(
  reference: ImageReference,
  { credentials, access, loginHosts, mountFrom = [], pieceBytes }: Opening,
  ports: RegistryPorts,
): Promise<Repository> {
  const { registry, repository } = reference
  const actions = access === 'push' ? 'pull,push' : 'pull'
  const { origin, greeting } = await findEndpoint(registry, ports)
  const asked = authorization(
    { registry, repository, actions, credentials, loginHosts, readable: mountFrom },
    ports,
  )
  if (greeting.status === 401) asked.renew(greeting, undefined)
  const attempt = { registry, repository, username: credentials?.username }
  const singleRequests = { isUseful: true }
  const connection: Connection = { origin, authorization: asked, attempt, ports, singleRequests }
  const isThere = (blob: Descriptor) => (): Promise<boolean> => hasBlob(connection, blob)
  return {
    reference: { registry, repository },
    isKnown: () => isKnown(connection),
    hasBlob: (blob) => hasBlob(connection, blob),
    putBlob: (blob, content) =>
      uploadBlob(connection, blob, { ...content, isThere: isThere(blob), mountFrom, pieceBytes }),
    getBlob: (blob) => getBlob(connection, blob),
    headManifest: (name) => headManifest(connection, name),
    getManifest: (name) => getManifest(connection, name),
    putManifest: (name, manifest) => putManifest(connection, name, manifest),
    listReferrers: (subject) => listReferrers(connection, subject),
  }
}

function pathOf({ attempt }: Connection, rest: string): string {
  return `/v2/${attempt.repository}/${rest}`
}

/** Sends a request until it is answered as hoped; the request must be idempotent. */
function send(connection: Connection, request: RepositoryRequest): Promise<HttpResponse> {
  return retry(() => sendAuthorized(connection, request), connection.ports)
}

/** Registries without lists of tags, or that keep them to others, count as knowing it. */
async function isKnown(connection: Connection): Promise<boolean> {
  const response = await send(connection, {
    method: 'GET',
    url: new URL(pathOf(connection, 'tags/list?n=1'), connection.origin),
    doing: 'Looking for the repository',
    accepted: [200, 400, 401, 403, 404, 405, 501],
  })
  await dropBody(response)
  return response.status !== 404
}

async function hasBlob(connection: Connection, { digest, size }: Descriptor): Promise<boolean> {
  const response = await send(connection, {
    method: 'HEAD',
    url: new URL(pathOf(connection, `blobs/${digest}`), connection.origin),
    doing: `Looking for blob ${digest}`,
    accepted: [200, 404],
  })
  const length = response.headers.get('content-length')
  return response.status === 200 && (length === null || Number(length) === size)
}

async function getBlob(
  connection: Connection,
  { digest, size }: Descriptor,
): Promise<{ readonly body: AsyncIterable<Uint8Array> }> {
  const { body } = await sendAuthorized(connection, {
    method: 'GET',
    url: new URL(pathOf(connection, `blobs/${digest}`), connection.origin),
    doing: `Reading blob ${digest}`,
    accepted: [200],
    timeoutSeconds: secondsFor(size),
  })
  return { body: body ?? nothing() }
}

/** Of an answer without bytes there is nothing to read. */
async function* nothing(): AsyncGenerator<Uint8Array> {
  // Ends before it begins.
}

function manifestUrl(connection: Connection, name: string): URL {
  return new URL(pathOf(connection, `manifests/${name}`), connection.origin)
}

async function headManifest(connection: Connection, name: string): Promise<Digest | undefined> {
  const response = await send(connection, {
    method: 'HEAD',
    url: manifestUrl(connection, name),
    doing: `Looking for ${nameOf(name)}`,
    accepted: [200, 404],
    headers: { accept },
  })
  if (response.status === 404) return undefined
  const digest = response.headers.get('docker-content-digest')
  if (digest !== null && isDigest(digest)) return digest
  // The header is optional for HEAD: the bytes say it as well.
  return (await getManifest(connection, name))?.digest
}

async function getManifest(
  connection: Connection,
  name: string,
): Promise<StoredManifest | undefined> {
  return retry(async () => {
    const response = await sendAuthorized(connection, {
      method: 'GET',
      url: manifestUrl(connection, name),
      doing: `Reading ${nameOf(name)}`,
      accepted: [200, 404],
      headers: { accept },
    })
    if (response.status === 404) return undefined
    const bytes = await bodyOf(connection, response, name)
    const digest = digestOf(bytes)
    assertDigests(connection, name, [digest, response.headers.get('docker-content-digest')])
    return { digest, mediaType: mediaTypeOf(response), bytes }
  }, connection.ports)
}

function mediaTypeOf(response: HttpResponse): string {
  return response.headers.get('content-type')?.split(';')[0]?.trim() ?? ''
}

async function bodyOf(
  { attempt, ports }: Connection,
  response: HttpResponse,
  name: string,
): Promise<Uint8Array> {
  try {
    return await readBounded(response, largestManifestBytes)
  } catch (error) {
    ports.signal.throwIfAborted()
    throw new ServiceError({
      service: `registry ${attempt.registry}`,
      title: `No whole answer from registry "${attempt.registry}"`,
      explanation: `Reading ${nameOf(name)} of "${attempt.repository}" ended early: ${messageOf(error)}.`,
      remedy: 'Run this job again; if it stays, look at the status of the registry.',
      isRetryable: !(error instanceof RangeError),
      cause: error,
    })
  }
}

/** What was read must be what was asked for, and what the registry calls it. */
function assertDigests(
  { attempt }: Connection,
  name: string,
  [found, header]: readonly [Digest, string | null],
): void {
  const expected = [...(isDigest(name) ? [name] : []), ...(header === null ? [] : [header])]
  const wrong = expected.find((digest) => digest !== found)
  if (wrong === undefined) return
  throw new ServiceError({
    service: `registry ${attempt.registry}`,
    title: `Registry "${attempt.registry}" gives other bytes than it says`,
    explanation: `${nameOf(name)} of "${attempt.repository}" should have the digest ${wrong}, but its bytes have ${found}.`,
    remedy: 'Do not use this image: the registry, or a proxy before it, changes what it serves.',
  })
}

async function putManifest(
  connection: Connection,
  name: string,
  { mediaType, bytes }: Omit<StoredManifest, 'digest'>,
): Promise<void> {
  const response = await send(connection, {
    method: 'PUT',
    url: manifestUrl(connection, name),
    doing: `Pushing ${nameOf(name)}`,
    accepted: [201],
    headers: { 'content-type': mediaType },
    body: () => bytes,
  })
  assertDigests(connection, name, [digestOf(bytes), response.headers.get('docker-content-digest')])
}

function nameOf(name: string): string {
  return isDigest(name) ? `the manifest ${name}` : `the tag "${name}"`
}
