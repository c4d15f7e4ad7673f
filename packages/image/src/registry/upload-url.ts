import { ServiceError, isLoopback } from '@oke-pipeline/core'
import type { Digest } from '../digest.ts'
import type { Connection } from './send.ts'

/**
 * Where a blob is to be put, from the answer that opened the upload: its Location may be relative,
 * and has parameters of the registry's own that must be kept.
 */
export function uploadUrl(
  response: Response,
  { origin, attempt }: Pick<Connection, 'origin' | 'attempt'>,
  digest: Digest,
): URL {
  const location = response.headers.get('location')
  const url = location === null ? null : URL.parse(location, response.url || origin.href)
  if (url === null) throw unusable(attempt.registry, location)
  // Behind a proxy that ends TLS, registries often take themselves for plain ones.
  if (url.host === origin.host) url.protocol = origin.protocol
  if (url.protocol !== 'https:' && !isLoopback(url.host)) throw unusable(attempt.registry, location)
  // Appended as text: setting a parameter would write the registry's own ones anew.
  url.search += `${url.search === '' ? '?' : '&'}digest=${digest}`
  return url
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
