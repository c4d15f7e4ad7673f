import { isIP } from 'node:net'
import * as tls from 'node:tls'
import type { ClusterAccess } from './access.ts'
import { fromBase64 } from './credential.ts'
import type { Credential } from './credential.ts'

/** A private endpoint seen from outside drops packets: ten seconds tell as much as two minutes. */
export const connectTimeoutMilliseconds = 10_000

/** How a TLS connection is made. */
export interface TlsOptions extends Pick<tls.SecureContextOptions, 'ca' | 'cert' | 'key'> {
  readonly servername?: string
  readonly rejectUnauthorized: boolean
}

/** What the server's certificate has to be like, and the one that we show. */
export function tlsOptions({ cluster }: ClusterAccess, credential: Credential): TlsOptions {
  return {
    ...(cluster.caData ? { ca: fromBase64(cluster.caData) } : {}),
    ...(credential.certificate === undefined ? {} : { cert: credential.certificate }),
    ...(credential.key === undefined ? {} : { key: credential.key }),
    ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
    rejectUnauthorized: cluster.skipTLSVerify !== true,
  }
}

/** Connects to the API server, and asks it whether it speaks HTTP/2 (by ALPN). */
export async function connectTls(
  access: ClusterAccess,
  credential: Credential,
): Promise<tls.TLSSocket> {
  const { hostname, port } = new URL(access.cluster.server)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host,
      port: Number(port || 443),
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...tlsOptions(access, credential),
    })
    const timer = setTimeout(() => socket.destroy(timeoutError()), connectTimeoutMilliseconds)
    socket.once('close', () => clearTimeout(timer))
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      clearTimeout(timer)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** The system's error for an answer that does not come. */
export function timeoutError(): Error {
  return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })
}
