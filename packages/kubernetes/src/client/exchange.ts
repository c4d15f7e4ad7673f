import type { IncomingHttpHeaders } from 'node:http'

/** A request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the server's address, without the query. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
  readonly contentType?: string
  readonly accept?: string
}

/** What the API server answered. */
export interface ApiAnswer {
  readonly status: number
  readonly text: string
  readonly headers: IncomingHttpHeaders
}
