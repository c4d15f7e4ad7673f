import * as http from 'node:http'
import * as https from 'node:https'
import { isLoopback } from '../loopback.ts'

/** Finds the agent, with its kept connections, that requests to an address go through. */
export type Agents = (url: URL) => http.Agent

/** A connection that was not used for so long may be closed by the other side at any moment. */
const idleMilliseconds = 4_000

/**
 * Connections that are kept for requests to come. They go through the proxy that `HTTPS_PROXY`,
 * `HTTP_PROXY` and `NO_PROXY` name; never those to this machine.
 */
export function keptConnections(environment: Readonly<Record<string, string | undefined>>): Agents {
  const direct = { keepAlive: true, timeout: idleMilliseconds }
  const proxied = { ...direct, proxyEnv: environment }
  const agents = {
    near: { plain: new http.Agent(direct), secure: new https.Agent(direct) },
    far: { plain: new http.Agent(proxied), secure: new https.Agent(proxied) },
  }
  return ({ protocol, host }) => {
    const { plain, secure } = isLoopback(host) ? agents.near : agents.far
    return protocol === 'https:' ? secure : plain
  }
}
