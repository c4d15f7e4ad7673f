import { ServiceError, isLoopback } from '@oke-pipeline/core'
import type { HttpResponse } from '@oke-pipeline/core'
import type { Digest } from '../digest.ts'
import type { Connection } from './send.ts'

/**
 * Where an upload goes on, from the last answer about it: its Location may be relative, and has
 * parameters of the registry's own that must be kept.
 */
export function uploadUrl(
  response: HttpResponse,
  { origin, attempt }: Pick<Connection, 'origin' | 'attempt'>,
): URL {
  const location = response.headers.get('location')
  const url = location === null ? null : URL.parse(location, response.url || origin.href)
  if (url === null) throw unusable(attempt.registry, location)
  // Behind a proxy that ends TLS, registries often take themselves for plain ones.
  if (url.host === origin.host) url.protocol = origin.protocol
  if (url.protocol !== 'https:' && !isLoopback(url.host)) throw unusable(attempt.registry, location)
  return url
}

/** The same place, told what the bytes are: to be appended as text, since setting a parameter
 * would write the registry's own ones anew. */
export function completing(url: URL, digest: Digest): URL {
  const completed = new URL(url)
  completed.search += `${url.search === '' ? '?' : '&'}digest=${digest}`
  return completed
}

function unusable(registry: string, location: string | null): ServiceError {
  return new ServiceError({
    service: `registry ${registry}`,
    title: `Registry "${registry}" names no usable place for an upload`,
    explanation:
      location === null
        ? 'Its answer has no Location.'
        : `It names "${location.slice(0, 200)}", which is not an https address.`,
    remedy: 'Check the configuration of the registry, or of the proxy before it.',
  })
}
