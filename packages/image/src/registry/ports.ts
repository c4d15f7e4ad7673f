import type { Http, RetryPorts } from '@oke-pipeline/core'
import type { Resolve } from './private-host.ts'

/** What talking to a registry needs of the world: a part of what every action is given. */
export interface RegistryPorts extends RetryPorts {
  readonly http: Http
  /** Makes a token that was handed out known as a secret, before anything may log it. */
  mask(secret: string): void
  /** Finds the addresses of a host name; by default, the system does. */
  readonly resolve?: Resolve
}

/** A user of a registry. */
export interface Credentials {
  readonly username: string
  readonly password: string
}
