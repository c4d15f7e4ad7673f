import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ReportedError,
  ServiceError,
  isRetryableStatus,
  readBounded,
  retry,
} from '@oke-pipeline/core'
import type { Files, Http, RetryPorts } from '@oke-pipeline/core'
import type { ChartLogin, ChartSource } from './chart.ts'
import { lookUpChart } from './repository-index.ts'
import type { ChartEntry } from './repository-index.ts'

/** What fetching a chart needs of the world. */
export interface FetchPorts extends RetryPorts {
  readonly http: Http
  readonly files: Files
}

/** An archive of a chart on this machine, or why there is none. */
export type FetchedChart = { readonly path: string } | { readonly problem: string }

const longestIndexBytes = 64 * 1024 * 1024
const longestChartBytes = 20 * 1024 * 1024

/**
 * Fetches a chart from a chart repository: the archive whose SHA-256 is the one that the user and
 * the index of the repository name. The login goes to the host of the repository only.
 */
export async function fetchChart(source: ChartSource, ports: FetchPorts): Promise<FetchedChart> {
  const { chart, version = '', repository = '' } = source
  const base = new URL(repository.replace(/\/*$/, '/'))
  const from = { base, login: source.login, ports }
  try {
    const index = await read(new URL('index.yaml', base), longestIndexBytes, from)
    const entry = lookUpChart(Buffer.from(index).toString('utf8'), { chart, version })
    if ('problem' in entry) return entry
    return await fetchArchive(entry, source, from)
  } catch (error) {
    if (error instanceof RangeError) return { problem: `cannot be fetched: ${error.message}` }
    if (!(error instanceof ReportedError)) throw error
    return { problem: `cannot be fetched: ${error.message.replace(/\.$/, '')}` }
  }
}

/** Where charts are fetched from, and as whom. */
interface Repository {
  readonly base: URL
  readonly login: ChartLogin | undefined
  readonly ports: FetchPorts
}

async function fetchArchive(
  entry: ChartEntry,
  { chart, digest }: ChartSource,
  from: Repository,
): Promise<FetchedChart> {
  const url = URL.parse(entry.url, from.base.href)
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    const problem = `is kept at ${entry.url}, by its repository: give that by "chart", without "chart-repository"`
    return { problem }
  }
  const archive = await read(url, longestChartBytes, from)
  const found = createHash('sha256').update(archive).digest('hex')
  const wanted = [
    { sha256: digest?.replace('sha256:', ''), by: '"chart-digest"' },
    { sha256: entry.sha256, by: 'the index of its repository' },
  ]
  const wrong = wanted.find(({ sha256 }) => sha256 !== undefined && sha256 !== found)
  if (wrong !== undefined) {
    const problem = `is not what was wanted: ${url.href} has the SHA-256 ${found}, and ${wrong.by} says ${wrong.sha256 ?? ''}`
    return { problem }
  }
  const path = join(await from.ports.files.temporaryFolder('chart'), `${chart}.tgz`)
  await writeFile(path, archive)
  from.ports.log.info(`Chart ${chart} ${entry.version}: ${url.href} (sha256:${found})`)
  return { path }
}

function read(url: URL, longestBytes: number, from: Repository): Promise<Uint8Array> {
  const { base, login, ports } = from
  const headers = login !== undefined && url.origin === base.origin ? authorization(login) : {}
  return retry(async () => {
    const service = url.host
    const response = await ports.http.request({ method: 'GET', url, service, headers })
    if (response.ok) return readBounded(response, longestBytes)
    throw new ServiceError({
      service,
      status: response.status,
      isRetryable: isRetryableStatus(response.status),
      title: `No chart from ${service}`,
      explanation: `${url.href} was answered with status ${response.status}.`,
      ...([401, 403].includes(response.status)
        ? { remedy: 'Give a login that may read it by "chart-username" and "chart-password".' }
        : {}),
    })
  }, ports)
}

function authorization({ username, password }: ChartLogin): Readonly<Record<string, string>> {
  const encoded = Buffer.from(`${username}:${password}`).toString('base64')
  return { authorization: `Basic ${encoded}` }
}
