import type { Cluster } from '@kubernetes/client-node/dist/config_types.js'
import type { KubeconfigAccess } from './kubeconfig.ts'

/** A cluster, and how one gets into it. */
export type ClusterAccess = KubeconfigAccess | LoginAccess

/** A cluster whose tokens are made while they are needed, without a kubeconfig. */
export interface LoginAccess {
  readonly cluster: ApiServer
  readonly login: ClusterLogin
}

/** Where the API server is, and what its certificate is signed with. */
export type ApiServer = Pick<Cluster, 'server' | 'caData'> &
  Partial<Pick<Cluster, 'tlsServerName' | 'skipTLSVerify' | 'proxyUrl'>>

/** A way to bearer tokens for a cluster, for as long as the job runs. */
export interface ClusterLogin {
  readonly words: AccessWords
  /** A token that is good for the next request; whoever makes it has masked it. */
  token(): Promise<string>
  /** Gives up a token that the cluster has refused, so that the next one is another. */
  discard(refused: string): void
}

/** What errors say of a way to a cluster. */
export interface AccessWords {
  /** Completes "the authority that … gives": `the kubeconfig`. */
  readonly source: string
  /** Completes "It does not accept …": whose credentials, of which kind, and what may ail them. */
  readonly credentials: string
  /** What to do when it accepts them no more: whole sentences. */
  readonly ifRefused: string
  /** What to check when the server does not answer: whole sentences. */
  readonly ifUnreachable: string
  /** What to check when its certificate does not hold: whole sentences. */
  readonly ifUntrusted: string
  /** How certificates come to be readable: whole sentences. */
  readonly ifUnreadable: string
}
