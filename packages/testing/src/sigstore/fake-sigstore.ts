import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HandlerFn } from '@sigstore/mock'
import { sigstoreServices } from './sigstore-services.ts'
import type { ServiceSettings, SigstoreServices } from './sigstore-services.ts'

/** Fulcio, a certificate log, Rekor and a timestamp authority on the loopback interface. */
export interface FakeSigstore
  extends AsyncDisposable, Pick<SigstoreServices, 'trustedRoot' | 'githubRoot'> {
  /** The base address of each service; those of the instance without logs are below `/github`. */
  readonly url: string
  /** Every request that came, as `POST /path`. */
  readonly seen: readonly string[]
  /** Answers the next requests of a path with this status. */
  failNext(path: string, status: number, times?: number): void
}

/**
 * Starts Sigstore's services with keys of their own: what they certify, log and timestamp verifies
 * against their trust roots, and against no other. Fulcio checks token and proof of possession,
 * Rekor the signature, which the mocks that they stand on do not.
 */
export async function startFakeSigstore(settings: ServiceSettings): Promise<FakeSigstore> {
  const { handlers, ...roots } = await sigstoreServices(settings)
  const seen: string[] = []
  const faults: { path: string; status: number; left: number }[] = []
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? ''
    seen.push(`${incoming.method ?? ''} ${path}`)
    const fault = faults.find((one) => one.path === path && one.left > 0)
    if (fault === undefined) return void answer(handlers[path], incoming, outgoing)
    fault.left -= 1
    write(outgoing, fault.status, '{"message":"on purpose"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  return {
    ...roots,
    url: `http://127.0.0.1:${address.port}`,
    seen,
    failNext: (path, status, times = 1) => void faults.push({ path, status, left: times }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(
  handle: HandlerFn | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  try {
    const result = await handle?.(Buffer.concat(chunks).toString())
    if (result === undefined) write(outgoing, 404, '{"message":"no such service"}')
    else write(outgoing, result.statusCode, result.response, result.contentType)
  } catch (error) {
    write(outgoing, 599, JSON.stringify({ message: `The fake failed: ${String(error)}` }))
  }
}

function write(
  outgoing: ServerResponse,
  status: number,
  body: string | ArrayBufferView<ArrayBuffer>,
  type = 'application/json',
): void {
  outgoing.writeHead(status, { 'content-type': type })
  outgoing.end(
    typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  )
}
