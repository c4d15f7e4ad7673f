// No test may reach beyond this machine's loopback interface and the lab's own bridge.
import { Socket } from 'node:net'

const connect = Reflect.get(Socket.prototype, 'connect') as (...args: unknown[]) => Socket

function hostOf(args: readonly unknown[]): string | undefined {
  const [first] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
  if (typeof first !== 'object' || first === null || !('host' in first)) return undefined
  return typeof first.host === 'string' ? first.host : undefined
}

const allowed =
  /^(localhost|127\.|::1$|\[::1\]$|10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|169\.254\.|100\.6[4-9]\.)/

Reflect.set(Socket.prototype, 'connect', function (this: Socket, ...args: unknown[]): Socket {
  const host = hostOf(args)
  if (host !== undefined && !allowed.test(host)) {
    throw new Error(`A test tried to reach ${host}: tests stay on this machine.`)
  }
  return connect.apply(this, args)
})
