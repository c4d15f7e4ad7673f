import { dropBody, nameOf, retry } from '@oke-pipeline/core'
import type { RetryPolicy } from '@oke-pipeline/core'
import type { Descriptor } from '../descriptor.ts'
import type { TakeTurn } from '../turns.ts'
import { blobSource } from './blob-source.ts'
import type { BlobSource, OpenBlob } from './blob-source.ts'
import { sendAuthorized } from './send.ts'
import type { Connection } from './send.ts'
import { completing, uploadUrl } from './upload-url.ts'

/** The bytes of a blob. */
export interface BlobContent {
  readonly open: OpenBlob
  /** Ends this upload only. */
  readonly signal: AbortSignal
  /** Waits until bytes may be sent; what is returned is called when they have been. */
  readonly takeTurn: TakeTurn
}

/** How a blob came to be in a repository. */
export type Arrival = 'pushed' | 'mounted' | 'existed'

/** What an upload may save itself. */
export interface Shortcuts {
  /** Whether the registry has the blob by now. */
  readonly isThere: () => Promise<boolean>
  /** Other repositories of the registry that may have the blob. */
  readonly mountFrom: readonly string[]
  /** What is larger is sent in pieces of this size: a broken connection costs one of them. */
  readonly pieceBytes?: number | undefined
}

const usualPieceBytes = 48 * 1024 * 1024
/** What is smaller is sent with the question whether it may be. */
const singleRequestBytes = 64 * 1024

const slowestBytesPerSecond = 256 * 1024
const leastSeconds = 60

/** Uploads may last: what counts is the number of attempts. */
const uploadPolicy: RetryPolicy = { attempts: 4, deadlineSeconds: 3600, firstDelaySeconds: 1 }

/** An upload that the registry knows of. */
interface Session {
  readonly url: URL
  /** Bytes that the registry has. */
  readonly offset: number
}

interface Upload {
  readonly connection: Connection
  readonly blob: Descriptor
  readonly source: BlobSource
  readonly mountFrom: readonly string[]
  readonly pieceBytes: number
  readonly takeTurn: TakeTurn
  readonly signal: AbortSignal
  session: Session | undefined
}

/**
 * Uploads a blob (OCI distribution specification v1.1, "Pushing blobs"): from another repository of
 * the registry, in one request where the registry takes that, in two, or in pieces. After a fault
 * it goes on where the registry says that it is, or begins anew; nothing is sent again that arrived
 * although its answer was lost. The registry is told of an upload that is given up.
 */
export async function uploadBlob(
  connection: Connection,
  blob: Descriptor,
  { open, signal, isThere, ...ways }: BlobContent & Shortcuts,
): Promise<Arrival> {
  const source = blobSource(open)
  const { mountFrom, takeTurn, pieceBytes = usualPieceBytes } = ways
  const upload: Upload = {
    connection,
    blob,
    source,
    mountFrom,
    pieceBytes,
    takeTurn,
    signal,
    session: undefined,
  }
  let isFirst = true
  try {
    return await retry(
      async () => {
        try {
          if (!isFirst && (await isThere())) return 'existed'
          isFirst = false
          return await send(upload)
        } catch (error) {
          signal.throwIfAborted()
          throw error
        }
      },
      { ...connection.ports, signal },
      uploadPolicy,
    )
  } catch (error) {
    await abandon(upload)
    throw error
  } finally {
    await source.close()
  }
}

async function send(upload: Upload): Promise<Arrival> {
  upload.session = await resumed(upload)
  if (upload.session === undefined) {
    const arrival = await arrivedAtOnce(upload)
    if (arrival !== undefined) return arrival
  }
  const session = upload.session ?? (await begin(upload))
  await sendContent(upload, session)
  return 'pushed'
}

/**
 * The upload is open when the turn comes: with slow disks, that takes registries their time as
 * well. The turn is over when the last bytes are on their way, not when they are stored.
 */
async function sendContent(upload: Upload, begun: Session): Promise<void> {
  const { blob, pieceBytes, signal } = upload
  const endTurn = await upload.takeTurn()
  try {
    signal.throwIfAborted()
    let session = begun
    while (blob.size - session.offset > pieceBytes) {
      session = upload.session = await sendPiece(upload, session)
    }
    await complete(upload, session, endTurn)
  } finally {
    endTurn()
  }
}

/** The ways that need one request; one that leads nowhere may have opened an upload. */
async function arrivedAtOnce(upload: Upload): Promise<Arrival | undefined> {
  const { blob, connection, mountFrom } = upload
  for (const repository of mountFrom) {
    await abandon(upload)
    if (await mounts(upload, repository)) return 'mounted'
  }
  if (upload.session !== undefined || blob.size > singleRequestBytes) return undefined
  if (!connection.singleRequests.isUseful) return undefined
  return (await sendAtOnce(upload)) ? 'pushed' : undefined
}

/** Registries that cannot, or that hide the other repository, open an upload instead. */
async function mounts(upload: Upload, from: string): Promise<boolean> {
  const { connection, blob } = upload
  const url = uploadsUrl(connection)
  url.searchParams.set('mount', blob.digest)
  url.searchParams.set('from', from)
  const response = await sendAuthorized(connection, {
    method: 'POST',
    url,
    doing: doing(upload),
    // Refused is only the other repository; who may not push is told of that by what comes next.
    accepted: [201, 202, 400, 401, 403, 404, 405],
  })
  if (response.status === 202) upload.session = { url: uploadUrl(response, connection), offset: 0 }
  return response.status === 201
}

/** How long so many bytes may take, in seconds. */
export function secondsFor(sizeBytes: number): number {
  return leastSeconds + sizeBytes / slowestBytesPerSecond
}

function doing({ blob }: Upload): string {
  return `Uploading blob ${blob.digest}`
}

function uploadsUrl({ attempt, origin }: Connection): URL {
  return new URL(`/v2/${attempt.repository}/blobs/uploads/`, origin)
}

/** Registries that do not know this say so by opening an upload, which is then used. */
async function sendAtOnce(upload: Upload): Promise<boolean> {
  const { connection, blob, source } = upload
  const response = await sendAuthorized(connection, {
    method: 'POST',
    url: completing(uploadsUrl(connection), blob.digest),
    doing: doing(upload),
    accepted: [201, 202, 400, 404, 405, 411, 415, 501],
    ...contentOf(source, 0, blob.size),
  })
  if (response.status === 201) return true
  connection.singleRequests.isUseful = false
  if (response.status === 202) upload.session = { url: uploadUrl(response, connection), offset: 0 }
  return false
}

async function begin(upload: Upload): Promise<Session> {
  const { connection } = upload
  const response = await sendAuthorized(connection, {
    method: 'POST',
    url: uploadsUrl(connection),
    doing: doing(upload),
    accepted: [202],
  })
  upload.session = { url: uploadUrl(response, connection), offset: 0 }
  return upload.session
}

async function sendPiece(upload: Upload, { url, offset }: Session): Promise<Session> {
  const { connection, source, pieceBytes } = upload
  const content = contentOf(source, offset, pieceBytes)
  const end = offset + pieceBytes
  const response = await sendAuthorized(connection, {
    method: 'PATCH',
    url,
    doing: doing(upload),
    accepted: [202, 204],
    ...content,
    headers: { ...content.headers, 'content-range': `${offset}-${end - 1}` },
  })
  return { url: uploadUrl(response, connection), offset: end }
}

async function complete(
  upload: Upload,
  { url, offset }: Session,
  onSent: () => void,
): Promise<void> {
  const { connection, blob, source } = upload
  const { body, ...content } = contentOf(source, offset, blob.size - offset)
  await sendAuthorized(connection, {
    method: 'PUT',
    url: completing(url, blob.digest),
    doing: doing(upload),
    accepted: [201],
    ...content,
    body: () => followed(body(), onSent),
  })
}

async function* followed(
  chunks: AsyncIterable<Uint8Array>,
  act: () => void,
): AsyncGenerator<Uint8Array> {
  yield* chunks
  act()
}

function contentOf(
  source: BlobSource,
  from: number,
  sizeBytes: number,
): {
  readonly headers: Readonly<Record<string, string>>
  readonly body: () => AsyncIterable<Uint8Array>
  readonly timeoutSeconds: number
} {
  return {
    headers: { 'content-type': 'application/octet-stream', 'content-length': sizeBytes.toFixed(0) },
    body: () => source.take(from, sizeBytes),
    timeoutSeconds: secondsFor(sizeBytes),
  }
}

/** Where a broken upload stands, if the registry still knows ("Resuming a chunked upload"). */
async function resumed(upload: Upload): Promise<Session | undefined> {
  const { connection, session, blob, pieceBytes } = upload
  if (session === undefined) return undefined
  if (blob.size > pieceBytes) {
    const response = await sendAuthorized(connection, {
      method: 'GET',
      url: session.url,
      doing: doing(upload),
      accepted: [202, 204, 400, 404, 405, 416, 501],
    })
    await dropBody(response)
    const last = /^(?:bytes=)?0-(\d+)$/.exec(response.headers.get('range') ?? '')?.[1]
    // "0-0" is what registries say of one byte and of none.
    if (response.status < 300 && last !== undefined && last !== '0' && Number(last) < blob.size) {
      const url = response.headers.has('location') ? uploadUrl(response, connection) : session.url
      connection.ports.log.info(`Blob ${blob.digest} goes on after ${Number(last) + 1} bytes`)
      return { url, offset: Number(last) + 1 }
    }
  }
  await abandon(upload)
  return undefined
}

/** Registries remove what was given up by themselves, but only after days. */
async function abandon(upload: Upload): Promise<void> {
  const { connection, session } = upload
  if (session === undefined) return
  upload.session = undefined
  try {
    await sendAuthorized(connection, {
      method: 'DELETE',
      url: session.url,
      doing: 'Giving up an upload',
      accepted: [200, 202, 204, 400, 404, 405, 501],
      timeoutSeconds: 3,
      outlivesCancellation: true,
    })
  } catch (error) {
    // What made it fail is to be told, and this is only tidiness.
    connection.ports.log.debug(`An upload was left behind: ${nameOf(error) ?? 'failed'}`)
  }
}
