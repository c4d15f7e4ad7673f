import { createHash } from 'node:crypto'
import {
  ReportedError,
  ServiceError,
  isLoopback,
  isRetryableStatus,
  readBounded,
  retry,
} from '@oke-pipeline/core'
import type { Http, RetryPorts } from '@oke-pipeline/core'
import type { Reading } from './manifest.ts'
import { parseManifests } from './parse-manifests.ts'

/** What reading a manifest from elsewhere needs. */
export interface RemotePorts extends RetryPorts {
  readonly http: Http
}

/** Whether a path of the user's is a URL. */
export function isUrl(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//.test(path)
}

const longestBytes = 20 * 1024 * 1024

/** Reads the manifest at a URL that says which bytes it must have: `https://…#sha256=…`. */
export async function readRemoteManifests(text: string, ports: RemotePorts): Promise<Reading> {
  const url = URL.parse(text)
  const wanted = /^#sha256=([0-9a-f]{64})$/.exec(url?.hash ?? '')?.[1]
  if (url === null || !isAllowed(url)) {
    return failing(text, 'is no URL that is read: it must begin with https:// and have no password')
  }
  const file = text.slice(0, text.length - url.hash.length)
  if (wanted === undefined) {
    const problem =
      'is a URL without a digest, where another text may be tomorrow: end it with #sha256= and the SHA-256 of what is there'
    return failing(file, problem)
  }
  try {
    return await readPinned({ url, file, wanted }, ports)
  } catch (error) {
    if (error instanceof RangeError)
      return failing(file, `is larger than it may be: ${error.message}`)
    if (!(error instanceof ReportedError)) throw error
    return failing(file, `cannot be read: ${error.message.replace(/\.$/, '')}`)
  }
}

function isAllowed(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

interface Pinned {
  readonly url: URL
  readonly file: string
  readonly wanted: string
}

async function readPinned({ url, file, wanted }: Pinned, ports: RemotePorts): Promise<Reading> {
  const bytes = await retry(() => download(url, ports.http), ports)
  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== wanted) return failing(file, `has the SHA-256 ${found}, and ${wanted} is wanted`)
  const { manifests, problems } = parseManifests(Buffer.from(bytes).toString('utf8'), file)
  const isEmpty = manifests.length === 0 && problems.length === 0
  return isEmpty ? failing(file, 'has no Kubernetes object in it') : { manifests, problems }
}

async function download(url: URL, http: Http): Promise<Uint8Array> {
  const response = await http.request({ method: 'GET', url, service: url.host })
  if (response.ok) return readBounded(response, longestBytes)
  throw new ServiceError({
    service: url.host,
    status: response.status,
    isRetryable: isRetryableStatus(response.status),
    title: `No manifest from ${url.host}`,
    explanation: `It answered with status ${response.status}.`,
  })
}

function failing(file: string, problem: string): Reading {
  return { manifests: [], problems: [{ place: { file }, problem }] }
}
