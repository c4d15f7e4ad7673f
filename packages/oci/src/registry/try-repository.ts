import { ServiceError, isRetryableStatus, retry } from '@oke-pipeline/core'
import type { HttpRequest, HttpResponse } from '@oke-pipeline/core'
import type { OciPorts } from '../client/ports.ts'
import type { EndpointOverrides } from '../region/endpoints.ts'
import type { RegistryLogin } from './registry-login.ts'

/** A repository of OCIR, and as whom it is tried. */
export interface TriedRepository {
  /** With the namespace of the tenancy: `acme/team/app`. */
  readonly repository: string
  readonly login: RegistryLogin
  readonly overrides?: EndpointOverrides | undefined
}

/** What the registry lets the login do; `missing` is a repository that does not exist. */
export type TriedAccess = 'allowed' | 'refused' | 'missing'

/** No image has it; the registry decides about access before it looks. */
const tag = 'oke-pipeline-check'

/** Whether images can be read: asks for one that does not exist, which is not refused but absent. */
export async function tryPull(tried: TriedRepository, ports: OciPorts): Promise<TriedAccess> {
  const response = await send('GET', `manifests/${tag}`, tried, ports)
  await response.body?.cancel()
  if (response.ok || response.status === 404) return 'allowed'
  return refusedOr(response, tried)
}

/** Whether images can be written: begins an upload, and gives it up before anything is sent. */
export async function tryPush(tried: TriedRepository, ports: OciPorts): Promise<TriedAccess> {
  const response = await send('POST', 'blobs/uploads/', tried, ports)
  await response.body?.cancel()
  if (response.status === 404) return 'missing'
  if (response.status !== 202) return refusedOr(response, tried)
  await giveUp(response.headers.get('location'), tried, ports)
  return 'allowed'
}

/** A registry that cannot give an upload up forgets it by itself. */
async function giveUp(
  location: string | null,
  tried: TriedRepository,
  ports: OciPorts,
): Promise<void> {
  const base = addressOf(tried)
  const url = location === null ? null : URL.parse(location, base.href)
  if (url?.origin !== base.origin) return
  const response = await ports.http.request(requestOf('DELETE', url, tried))
  await response.body?.cancel()
}

async function send(
  method: HttpRequest['method'],
  path: string,
  tried: TriedRepository,
  ports: OciPorts,
): Promise<HttpResponse> {
  const url = new URL(`/v2/${tried.repository}/${path}`, addressOf(tried))
  return retry(async () => {
    const response = await ports.http.request(requestOf(method, url, tried))
    if (isRetryableStatus(response.status)) throw unexpected(response, tried)
    return response
  }, ports)
}

function requestOf(
  method: HttpRequest['method'],
  url: URL,
  { login }: TriedRepository,
): HttpRequest {
  return {
    method,
    url,
    headers: {
      authorization: `Bearer ${login.password}`,
      accept: 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json',
    },
    redirect: 'manual',
    timeoutSeconds: 20,
    service: `registry ${login.host}`,
  }
}

function addressOf({ login, overrides }: TriedRepository): URL {
  return new URL('/', overrides?.registry ?? `https://${login.host}`)
}

function refusedOr(response: HttpResponse, tried: TriedRepository): TriedAccess {
  if (response.status === 401 || response.status === 403) return 'refused'
  throw unexpected(response, tried)
}

function unexpected({ status }: HttpResponse, { login }: TriedRepository): ServiceError {
  return new ServiceError({
    service: `registry ${login.host}`,
    title: `The registry ${login.host} gave an unexpected answer`,
    explanation: `It answered with ${status}.`,
    remedy: 'Run this job again; look at ocistatus.oraclecloud.com.',
    status,
    isRetryable: isRetryableStatus(status),
  })
}
