import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'

/** A proxy on the loopback interface that makes a server look further away. */
export interface DelayingProxy extends AsyncDisposable {
  /** `127.0.0.1:41234`. */
  readonly host: string
}

/** Bytes that are on their way in one direction of a connection; more have to wait. */
const windowBytes = 4 * 1024 * 1024

/** Starts a proxy that hands on what comes from either side so much later. */
export async function startDelayingProxy(
  target: string,
  delayMilliseconds: number,
): Promise<DelayingProxy> {
  const { hostname, port } = new URL(`tcp://${target}`)
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.setNoDelay(true)
      open.add(socket)
      socket.on('error', () => other.destroy())
      socket.once('close', () => open.delete(socket))
    }
    delay(far, near, delayMilliseconds)
    // A connection takes one round trip before the first byte.
    setTimeout(() => delay(near, far, delayMilliseconds), 2 * delayMilliseconds)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  return {
    host: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}

function delay(from: Socket, to: Socket, milliseconds: number): void {
  let bytes = 0
  from.on('data', (chunk) => {
    bytes += chunk.byteLength
    if (bytes > windowBytes) from.pause()
    setTimeout(() => {
      to.write(chunk, () => {
        bytes -= chunk.byteLength
        if (bytes <= windowBytes) from.resume()
      })
    }, milliseconds)
  })
  from.on('end', () => setTimeout(() => to.end(), milliseconds))
}
