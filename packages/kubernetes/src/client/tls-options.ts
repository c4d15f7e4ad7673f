import type { SecureContextOptions } from 'node:tls'
import type { ClusterAccess } from './access.ts'
import { fromBase64 } from './credential.ts'
import type { Credential } from './credential.ts'

/** How a TLS connection is made. */
export interface TlsOptions extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> {
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
