import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { verifySignature } from '@oke-pipeline/testing'
import * as fc from 'fast-check'
import common from 'oci-common'
import * as v from 'valibot'
import { sampleKeyId, samplePem } from './sample-key.ts'
import { httpDate, readPrivateKey, signedHeaders } from '@oke-pipeline/oci'
import type { UnsignedRequest } from '@oke-pipeline/oci'

const key = { keyId: sampleKeyId, privateKey: readPrivateKey(samplePem) }
const publicKey = createPublicKey(key.privateKey)
const host = 'https://iaas.us-phoenix-1.oraclecloud.com'

function signatureOf(headers: Readonly<Record<string, string>>): string | undefined {
  return /signature="([^"]+)"/.exec(headers.authorization ?? '')?.[1]
}

describe('signedHeaders', () => {
  const listInstances = new URL(
    `${host}/20160918/instances?availabilityDomain=Pjwf%3A%20PHX-AD-1&compartmentId=ocid1.compartment.oc1..aaaaaaaam3we6vgnherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa&displayName=TeamXInstances&volumeId=ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q`,
  )
  const attachment = [
    '{',
    '    "compartmentId": "ocid1.compartment.oc1..aaaaaaaam3we6vgnherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa",',
    '    "instanceId": "ocid1.instance.oc1.phx.abuw4ljrlsfiqw6vzzxb43vyypt4pkodawglp3wqxjqofakrwvou52gb6s5a",',
    '    "volumeId": "ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q"',
    '}',
  ].join('\n')

  // Signatures from http_signer_test.go of oracle/oci-go-sdk. The weekday of the first date is
  // wrong there as well: what is signed is the text of the header.
  it.each([
    {
      name: 'GET, of Oracle’s documentation',
      request: { method: 'GET', url: listInstances } as const,
      date: 'Thu, 05 Jan 2014 21:31:40 GMT',
      signature:
        'GBas7grhyrhSKHP6AVIj/h5/Vp8bd/peM79H9Wv8kjoaCivujVXlpbKLjMPeDUhxkFIWtTtLBj3sUzaFj34XE6YZAHc9r2DmE4pMwOAy/kiITcZxa1oHPOeRheC0jP2dqbTll8fmTZVwKZOKHYPtrLJIJQHJjNvxFWeHQjMaR7M=',
    },
    {
      name: 'GET, with the weekday put right',
      request: { method: 'GET', url: listInstances } as const,
      date: 'Sun, 05 Jan 2014 21:31:40 GMT',
      signature:
        'JDFdcwTJ0TbiDFvAv5Q2irKMwrvEQoVzw9qYvcVianMskb8XrLLFlvs3Yr9uz/d9y74rMqxRlWS0KATOlhD1ao2+/FnyOj2yjdWCSjDnKR56uV8IsWCum0g7eY5jXnfOSACBj01gwbM28JYrJ//DLmyUzF4QPScgFYXrAmrwQO0=',
    },
    {
      name: 'POST, of Oracle’s documentation',
      request: {
        method: 'POST',
        url: new URL(`${host}/20160918/volumeAttachments`),
        body: attachment,
      } as const,
      date: 'Thu, 05 Jan 2014 21:31:40 GMT',
      signature:
        'Mje8vIDPlwIHmD/cTDwRxE7HaAvBg16JnVcsuqaNRim23fFPgQfLoOOxae6WqKb1uPjYEl0qIdazWaBy/Ml8DRhqlocMwoSXv0fbukP8J5N80LCmzT/FFBvIvTB91XuXI3hYfP9Zt1l7S6ieVadHUfqBedWH0itrtPJBgKmrWso=',
    },
  ])('gives the published signature: $name', ({ request, date, signature }) => {
    expect(signatureOf(signedHeaders(request, key, date))).toBe(signature)
  })

  it.each([
    { body: attachment, hash: 'V9Z20UJTvkvpJ50flBzKE32+6m2zJjweHpDMX/U4Uy0=', length: '316' },
    {
      body: '{"message":"hello"}',
      hash: 'my1Dr/v0mjZwKN8uFBT4TA4JmsmMPVSoqAFX/XdxryU=',
      length: '19',
    },
    { body: undefined, hash: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', length: '0' },
  ])('hashes a body of $length bytes', ({ body, hash, length }) => {
    const request = { method: 'PUT', url: new URL(host), ...(body === undefined ? {} : { body }) }
    const headers = signedHeaders(request as UnsignedRequest, key, httpDate(new Date(0)))
    expect(headers).toMatchObject({
      'content-length': length,
      'content-type': 'application/json',
      'x-content-sha256': hash,
    })
  })

  it('signs the time that it sends, as HTTP writes it', () => {
    const headers = signedHeaders(
      { method: 'GET', url: new URL(host) },
      key,
      httpDate(new Date('2026-11-23T12:00:00Z')),
    )
    expect(headers.date).toBe('Mon, 23 Nov 2026 12:00:00 GMT')
    expect(headers.authorization).toContain('headers="date (request-target) host"')
  })
})

const requests = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'DELETE', 'POST', 'PUT', 'PATCH'),
  path: fc.webPath(),
  query: fc.webQueryParameters(),
  port: fc.constantFrom('', ':8443'),
  body: fc.string({ unit: 'grapheme' }),
  contentType: fc.constantFrom(undefined, 'application/json', 'text/plain'),
})

type Drawn = typeof requests extends fc.Arbitrary<infer T> ? T : never

function requestOf({ method, path, query, port, body, contentType }: Drawn): UnsignedRequest {
  const search = query === '' ? '' : `?${query}`
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method)
  return {
    method: method,
    url: new URL(`https://artifacts.eu-frankfurt-1.oci.oraclecloud.com${port}${path}${search}`),
    ...(hasBody ? { body } : {}),
    ...(contentType === undefined || !hasBody
      ? {}
      : { headers: { 'Content-Type': contentType, 'opc-request-id': 'abc' } }),
  }
}

function received(request: UnsignedRequest, headers: Readonly<Record<string, string>>) {
  return {
    method: request.method,
    target: `${request.url.pathname}${request.url.search}`,
    headers: { host: request.url.host, ...headers },
    body: Buffer.from(request.body ?? ''),
  }
}

describe('signedHeaders, on random requests', () => {
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const own = { keyId: 'ST$token', privateKey: pem }
  const now = new Date()

  it('is verified by what a service would check', () => {
    fc.assert(
      fc.property(requests, (drawn) => {
        const request = requestOf(drawn)
        const headers = signedHeaders(request, own, httpDate(now))
        const verified = verifySignature(
          received(request, headers),
          () => createPublicKey(own.privateKey),
          now,
        )
        expect(verified).toBe('ST$token')
      }),
      { numRuns: 200 },
    )
  })

  it('agrees with Oracle’s SDK for TypeScript, byte for byte', async () => {
    const signer = new common.DefaultRequestSigner(providerOf(own.keyId, samplePem))
    const ours = { ...own, privateKey: key.privateKey }
    await fc.assert(
      fc.asyncProperty(requests, async (drawn) => {
        const request = requestOf(drawn)
        const theirs = await signedBySdk(signer, request, now)
        const headers = signedHeaders(request, ours, httpDate(now))
        for (const name of ['content-length', 'content-type', 'x-content-sha256']) {
          expect(headers[name]).toBe(theirs[name])
        }
        expect(signatureOf(headers)).toBe(signatureOf(theirs))
        verifySignature(received(request, theirs), () => publicKey, now)
      }),
      { numRuns: 200 },
    )
  })
})

const PythonSignatures = v.object({
  date: v.string(),
  keyId: v.string(),
  requests: v.array(
    v.object({
      method: v.picklist(['GET', 'HEAD', 'DELETE', 'POST', 'PUT', 'PATCH']),
      url: v.pipe(
        v.string(),
        v.transform((url) => new URL(url)),
      ),
      contentType: v.nullable(v.string()),
      body: v.nullable(v.string()),
      authorization: v.string(),
    }),
  ),
})

/** Made by fixtures/python-sdk-signatures.py. */
const ofPython = v.parse(
  PythonSignatures,
  JSON.parse(
    readFileSync(join(import.meta.dirname, 'fixtures/python-sdk-signatures.json'), 'utf8'),
  ),
)

/** The parameters of the header, in no order. */
function parametersOf(authorization: string | undefined): readonly string[] {
  return (authorization ?? '').replace('Signature ', '').split(',').sort()
}

describe('signedHeaders, on what Oracle’s SDK for Python has signed', () => {
  it('has the same signatures of a hundred random requests', () => {
    const { date, keyId } = ofPython
    const own = { ...key, keyId }
    for (const { method, url, contentType, body, authorization } of ofPython.requests) {
      const headers = contentType === null ? {} : { 'Content-Type': contentType }
      const content = body === null ? {} : { body: Buffer.from(body, 'base64') }
      const ours = signedHeaders({ method, url, headers, ...content }, own, date)
      expect(parametersOf(ours.authorization)).toEqual(parametersOf(authorization))
    }
    expect(ofPython.requests).toHaveLength(100)
  })
})

function providerOf(keyId: string, privateKey: string): common.AuthenticationDetailsProvider {
  return {
    getKeyId: () => Promise.resolve(keyId),
    getPrivateKey: () => privateKey,
    getPassphrase: () => null,
  }
}

/** The SDK signs `x-date`, and other headers in another order: it is told to do it in our order. */
async function signedBySdk(
  signer: common.DefaultRequestSigner,
  request: UnsignedRequest,
  now: Date,
): Promise<Record<string, string>> {
  const { method, url, body } = request
  const headers = new Headers({ ...request.headers, date: httpDate(now) })
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method)
  const message = { method, uri: url.href, headers, ...(hasBody ? { body } : {}) }
  letSdkSign('date', '(request-target)', 'host')
  await signer.signHttpRequest(message)
  if (hasBody) {
    // The values that it made for the body stay; only the order of what it signs changes.
    const bodyHeaders = ['content-length', 'content-type', 'x-content-sha256']
    letSdkSign('date', '(request-target)', 'host', ...bodyHeaders)
    await signer.signHttpRequest(message, true)
  }
  return Object.fromEntries(headers)
}

/** The names are a private property of the SDK's class. */
function letSdkSign(...names: readonly string[]): void {
  Reflect.set(common.DefaultRequestSigner, 'headersToSign', names)
}
