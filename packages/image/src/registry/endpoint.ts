import { ServiceError, dropBody, isLoopback, reasonOf, retry } from '@oke-pipeline/core'
import type { HttpRequest, HttpResponse } from '@oke-pipeline/core'
import type { RegistryPorts } from './ports.ts'

/** Where a registry answers, and its first answer, which may be a challenge. */
export interface Endpoint {
  readonly origin: URL
  readonly greeting: HttpResponse
}

/** Docker Hub answers under another name than the one in its images' references. */
const apiHosts: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

const probeTimeoutSeconds = 30

/**
 * Finds where a registry answers (OCI distribution specification v1.1, "Determining Support"):
 * over TLS, or in the clear on this machine's own loopback address, and nowhere else.
 */
export async function findEndpoint(registry: string, ports: RegistryPorts): Promise<Endpoint> {
  const host = apiHosts[registry] ?? registry
  const secure = new URL(`https://${host}/`)
  if (!isLoopback(registry)) return greet(secure, registry, ports)
  try {
    return await greet(secure, registry, ports)
  } catch (error) {
    if (!speaksNoTls(error)) throw error
    return greet(new URL(`http://${host}/`), registry, ports)
  }
}

async function greet(origin: URL, registry: string, ports: RegistryPorts): Promise<Endpoint> {
  const greeting = await retry(
    () =>
      requestOf(ports, {
        method: 'GET',
        url: new URL('/v2/', origin),
        service: `registry ${registry}`,
        timeoutSeconds: probeTimeoutSeconds,
      }),
    ports,
  )
  await dropBody(greeting)
  return { origin, greeting }
}

/** One request; a fault of TLS is not tried again, and says what to do about it. */
export async function requestOf(ports: RegistryPorts, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await ports.http.request(request)
  } catch (error) {
    throw isTlsFault(error) ? untrusted(request, error) : error
  }
}

function untrusted({ service, url }: HttpRequest, error: ServiceError): ServiceError {
  return new ServiceError({
    service,
    title: `No secure connection to ${service}`,
    explanation: `TLS with ${url.host} failed: ${reasonOf(error.cause)}.`,
    remedy:
      'Check the host name and port; for a registry with a certificate of your own authority, set NODE_EXTRA_CA_CERTS to the authority’s file in "env:" of this step.',
    cause: error.cause,
  })
}

const tlsFaults = /^(ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_OSSL)/

function isTlsFault(error: unknown): error is ServiceError {
  return error instanceof ServiceError && tlsFaults.test(rootCodeOf(error))
}

function speaksNoTls(error: unknown): boolean {
  return /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|EPROTO)$/.test(
    rootCodeOf(error),
  )
}

/** The system's code of what is behind fetch's own error. */
function rootCodeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return 'cause' in error ? rootCodeOf(error.cause) : ''
}
