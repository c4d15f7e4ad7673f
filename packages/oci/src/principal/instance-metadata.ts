import { ServiceError, isRetryableStatus, messageOf, retry } from '@oke-pipeline/core'
import type { HttpResponse, RetryPolicy } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { OciPorts } from '../client/ports.ts'
import { MalformedAnswer, parseJson, readText } from '../client/read-json.ts'
import type { EndpointOverrides } from '../region/endpoints.ts'
import type { Region } from '../region/find-region.ts'

/** The metadata service of an OCI instance (IMDS v2); the same in every region. */
export function instanceMetadata(overrides: EndpointOverrides = {}): URL {
  const base = overrides['instance-metadata']?.href ?? 'http://169.254.169.254/opc/v2'
  return new URL(`${base.replace(/\/$/, '')}/`)
}

const service = 'the metadata service of the instance'

const policy: RetryPolicy = { attempts: 3, deadlineSeconds: 15, firstDelaySeconds: 1 }

/** Whether this machine is an instance of OCI: its metadata service answers at once, or not at all. */
export async function isInstance(base: URL, ports: OciPorts): Promise<boolean> {
  try {
    return (await request('instance/region', { base, ports, timeoutSeconds: 1 })).ok
  } catch (error) {
    ports.signal.throwIfAborted()
    if (error instanceof ServiceError) return false
    throw error
  }
}

/** A text of the metadata service. */
export async function metadata(path: string, base: URL, ports: OciPorts): Promise<string> {
  return retry(
    async () => {
      const response = await request(path, { base, ports, timeoutSeconds: 10 })
      if (response.ok) return readText(response)
      throw refused(path, response.status)
    },
    ports,
    policy,
  )
}

const regionSchema = v.object({
  realmKey: v.string(),
  realmDomainComponent: v.string(),
  regionKey: v.string(),
  regionIdentifier: v.string(),
})

/** The region that the instance is in, with its realm, also where nobody has published it. */
export async function regionOfInstance(base: URL, ports: OciPorts): Promise<Region> {
  const info = readRegion(await metadata('instance/regionInfo/', base, ports))
  return {
    id: info.regionIdentifier.toLowerCase(),
    key: info.regionKey.toLowerCase(),
    realm: info.realmKey.toLowerCase(),
    domain: info.realmDomainComponent.toLowerCase(),
  }
}

function readRegion(text: string): v.InferOutput<typeof regionSchema> {
  try {
    return parseJson(regionSchema, text)
  } catch (error) {
    if (!(error instanceof MalformedAnswer)) throw error
    throw new ServiceError({
      service,
      title: 'The region of the instance is not known',
      explanation: `What its metadata service says cannot be used: ${messageOf(error)}.`,
      remedy: 'Give the region in "oci-region".',
      cause: error,
    })
  }
}

interface MetadataCall {
  readonly base: URL
  readonly ports: OciPorts
  readonly timeoutSeconds: number
}

function request(
  path: string,
  { base, ports, timeoutSeconds }: MetadataCall,
): Promise<HttpResponse> {
  return ports.http.request({
    method: 'GET',
    url: new URL(path, base),
    headers: { authorization: 'Bearer Oracle' },
    redirect: 'manual',
    timeoutSeconds,
    service,
  })
}

function refused(path: string, status: number): ServiceError {
  return new ServiceError({
    service,
    title: 'The metadata service of the instance does not give an identity',
    explanation: `"${path}" was answered with ${status}.`,
    remedy: 'This works on an instance of OCI whose metadata service (version 2) is on.',
    status,
    isRetryable: isRetryableStatus(status),
  })
}
