import type { Http, RetryPorts } from '@oke-pipeline/core'

/** What talking to OCI needs of the world: a part of what every action is given. */
export interface OciPorts extends RetryPorts {
  readonly http: Http
  /** Makes a token that was handed out known as a secret, before anything may log it. */
  mask(secret: string): void
}
