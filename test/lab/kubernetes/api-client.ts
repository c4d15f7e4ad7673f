import { readFile } from 'node:fs/promises'
import { Agent, type RequestOptions, request } from 'node:https'
import type { KeyPair } from '../group.ts'
import type { ClusterAddress } from './kubeconfig.ts'

/** The few requests to the API server that the lab itself makes. */
export interface ApiClient {
  /** Body of a successful answer, parsed where it is JSON. */
  get(path: string): Promise<unknown>
  post(path: string, body: unknown): Promise<unknown>
  /** Creates or changes an object so that it has these fields. */
  apply(path: string, object: unknown): Promise<unknown>
}

const json = { 'Content-Type': 'application/json' }
// Every JSON document is a YAML document.
const apply = { 'Content-Type': 'application/apply-patch+yaml' }

/** A client that is the holder of a certificate. */
export async function createApiClient(
  cluster: ClusterAddress,
  keyPair: KeyPair,
): Promise<ApiClient> {
  const [ca, cert, key] = await Promise.all(
    [cluster.caFile, keyPair.certificateFile, keyPair.keyFile].map(async (file) => readFile(file)),
  )
  const agent = new Agent({ ca, cert, key, keepAlive: false })
  const to = (path: string): URL => new URL(path, cluster.server)
  return {
    get: async (path) => sendRequest(to(path), { agent, method: 'GET' }),
    post: async (path, body) =>
      sendRequest(to(path), { agent, method: 'POST', headers: json }, body),
    apply: async (path, object) => {
      const url = to(`${path}?fieldManager=lab&force=true`)
      return sendRequest(url, { agent, method: 'PATCH', headers: apply }, object)
    },
  }
}

async function sendRequest(url: URL, options: RequestOptions, body?: unknown): Promise<unknown> {
  const { status, text } = await new Promise<{ status: number; text: string }>(
    (resolve, reject) => {
      const outgoing = request(url, { ...options, timeout: 10_000 })
      outgoing.once('error', reject)
      outgoing.once('timeout', () => outgoing.destroy(new Error('no answer within 10 s')))
      outgoing.once('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
          })
        })
      })
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    },
  )
  if (status < 200 || status > 299) {
    throw new Error(
      `${options.method ?? 'GET'} ${url.pathname} was answered with status ${status}: ${text.slice(0, 300)}`,
    )
  }
  return text.startsWith('{') ? JSON.parse(text) : text
}
