import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'

/** Which way bytes go: to the server, or from it. */
export type Direction = 'up' | 'down'

/** Where in all the traffic a connection breaks. */
export interface Cut {
  readonly direction: Direction
  /** How many bytes go that way, over all connections together, before it happens. */
  readonly afterBytes: number
}

/** A running proxy. */
export interface CuttingProxy extends AsyncDisposable {
  /** `127.0.0.1:41234`. */
  readonly host: string
  /** How many bytes came from one side for the other. */
  readonly bytes: Readonly<Record<Direction, number>>
  readonly isCut: () => boolean
}

/**
 * Starts a proxy on the loopback interface that knows nothing of HTTP: it passes bytes on, and
 * breaks once, at one byte of them, the connection that this byte is in; in the middle of a header
 * as well.
 */
export async function startCuttingProxy(target: URL, cut?: Cut): Promise<CuttingProxy> {
  const bytes = { up: 0, down: 0 }
  const open = new Set<Socket>()
  let isCut = false
  const server = createServer((client) => {
    const onward = connect(Number(target.port), target.hostname)
    const end = (): void => {
      for (const socket of [client, onward]) {
        socket.destroy()
        open.delete(socket)
      }
    }
    for (const socket of [client, onward]) {
      open.add(socket)
      socket.on('error', end).on('close', end)
    }
    const pass = (direction: Direction, from: Socket, to: Socket): void => {
      from.on('data', (chunk: Buffer) => {
        const before = bytes[direction]
        bytes[direction] += chunk.byteLength
        const isHere =
          cut?.direction === direction &&
          before <= cut.afterBytes &&
          cut.afterBytes < bytes[direction]
        if (!isHere || isCut) {
          to.write(chunk)
          return
        }
        isCut = true
        from.pause()
        to.write(chunk.subarray(0, cut.afterBytes - before), end)
      })
    }
    pass('up', client, onward)
    pass('down', onward, client)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  return {
    host: `127.0.0.1:${address.port}`,
    bytes,
    isCut: () => isCut,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}
