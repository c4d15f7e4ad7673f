import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FakeOci } from './fake-oci.ts'
import type { OciRequest, OciResponse } from './oci-request.ts'

/** A fake of OCI that listens on the loopback interface. */
export interface ServedOci extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
  /** Base addresses that stand in for the real ones, as environment variables. */
  readonly environment: Readonly<Record<string, string>>
}

/** The base path of each service, by the variable that moves it here. */
const basePaths = {
  OKE_PIPELINE_OCI_ARTIFACTS: '/20160918',
  OKE_PIPELINE_OCI_AUTH: '/v1',
  OKE_PIPELINE_OCI_CONTAINER_ENGINE: '/20180222',
  OKE_PIPELINE_OCI_CLUSTER_REQUEST: '/cluster_request',
  OKE_PIPELINE_OCI_IDENTITY: '/20160918',
  OKE_PIPELINE_OCI_INSTANCE_METADATA: '/opc/v2',
  OKE_PIPELINE_OCI_KMS_CRYPTO: '/20180608',
  OKE_PIPELINE_OCI_KMS_MANAGEMENT: '/20180608',
  OKE_PIPELINE_OCI_OBJECT_STORAGE: '',
  OKE_PIPELINE_OCI_REGISTRY: '/20180419',
  OKE_PIPELINE_OCI_VULNERABILITY_SCANNING: '/20210215',
}

/** Serves a fake over HTTP; knows nothing of what it says. */
export async function serveOci(oci: Pick<FakeOci, 'handle'>): Promise<ServedOci> {
  const server = createServer((incoming, outgoing) => void exchange(oci, incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  const url = `http://127.0.0.1:${address.port}`
  const bases = Object.entries(basePaths).map(([name, path]) => [name, `${url}${path}`] as const)
  return {
    url,
    environment: Object.fromEntries(bases),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function exchange(
  oci: Pick<FakeOci, 'handle'>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    write(outgoing, oci.handle(await requestOf(incoming)))
  } catch (error) {
    write(outgoing, { status: 599, body: `The fake failed: ${String(error)}` })
  }
}

async function requestOf(incoming: IncomingMessage): Promise<OciRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])
  return {
    method: incoming.method ?? '',
    target: incoming.url ?? '',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
  }
}

function write(outgoing: ServerResponse, { status, headers, body }: OciResponse): void {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain' : 'application/json'
  outgoing.writeHead(status, { 'content-type': type, ...headers })
  outgoing.end(text)
}
