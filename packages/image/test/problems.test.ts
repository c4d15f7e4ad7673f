import { describe, expect, it } from '@jest/globals'
import { isOcir, refusal } from '../src/registry/problems.ts'

const attempt = {
  registry: 'registry.example',
  repository: 'team/app',
  username: 'ci',
  doing: 'Pushing the tag "1"',
}
const ocir = { ...attempt, registry: 'iad.ocir.io' }

function answer(status: number, code = '', message = ''): Response {
  const body = code === '' ? 'plain text' : JSON.stringify({ errors: [{ code, message }] })
  return new Response(body, { status })
}

describe('refusal', () => {
  it.each([
    {
      name: 'wrong credentials',
      error: refusal(attempt, answer(401, 'UNAUTHORIZED', 'authentication required')),
      title: 'Registry "registry.example" refuses the credentials of "ci"',
      says: 'Pushing the tag "1" was answered with 401 (UNAUTHORIZED: authentication required).',
      remedy: 'Check "username" and "password" of this step.',
    },
    {
      name: 'no credentials',
      error: refusal({ ...attempt, username: undefined }, answer(401)),
      title: 'Registry "registry.example" asks for credentials',
      says: 'was answered with 401.',
      remedy: 'Give "username" and "password"',
    },
    {
      name: 'wrong credentials for OCIR',
      error: refusal(ocir, answer(401)),
      title: 'refuses the credentials',
      says: '401',
      remedy: 'the user name is "<namespace>/<user>"',
    },
    {
      name: 'no permission',
      error: refusal(attempt, answer(403, 'DENIED', 'requested access is denied')),
      title: 'denies "ci" access to "team/app"',
      says: '403 (DENIED: requested access is denied)',
      remedy: 'may push there',
    },
    {
      name: 'no permission in OCIR',
      error: refusal(ocir, answer(403)),
      title: 'denies "ci" access',
      says: '403',
      remedy: '"manage repos"',
    },
    {
      name: 'no repository',
      error: refusal(attempt, answer(404, 'NAME_UNKNOWN', 'repository name not known')),
      title: 'Repository "team/app" does not exist in registry "registry.example"',
      says: '404',
      remedy: 'Create it',
    },
    {
      name: 'no repository in OCIR',
      error: refusal(ocir, answer(404)),
      title: 'does not exist',
      says: '404',
      remedy: 'Create the repository, in the compartment',
    },
    {
      name: 'an immutable tag',
      error: refusal(attempt, answer(400, 'TAG_INVALID', 'tag already exists and is immutable')),
      title: 'Repository "team/app" does not let tags be moved',
      says: 'TAG_INVALID',
      remedy: 'tag that is not used yet',
    },
    {
      name: 'content that is too large',
      error: refusal(attempt, answer(413)),
      title: 'refuses content of this size',
      says: '413',
      remedy: 'limit of the proxy',
    },
    {
      name: 'a read-only registry',
      error: refusal(attempt, answer(405, 'UNSUPPORTED', 'The operation is unsupported.')),
      title: 'takes no images',
      says: '405',
      remedy: 'read-only',
    },
    {
      name: 'a quota',
      error: refusal(attempt, answer(403, 'DENIED', 'storage quota of 1 GiB exceeded')),
      title: 'has no room for "team/app"',
      says: 'storage quota of 1 GiB exceeded',
      remedy: 'raise the quota',
    },
    {
      name: 'a quota said with 413',
      error: refusal(attempt, answer(413, 'DENIED', 'Quota exceeded')),
      title: 'has no room',
      says: '413',
      remedy: 'Delete images',
    },
    {
      name: 'a limit of OCI',
      error: refusal(ocir, answer(400, 'LimitExceeded', 'too many repositories')),
      title: 'has no room',
      says: 'LimitExceeded',
      remedy: 'service limit',
    },
    {
      name: 'a missing blob',
      error: refusal(attempt, answer(404, 'MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry')),
      title: 'refuses the request',
      says: 'MANIFEST_BLOB_UNKNOWN',
      remedy: 'takes OCI images',
    },
    {
      name: 'another refusal',
      error: refusal(attempt, answer(400, 'DIGEST_INVALID', 'provided digest did not match')),
      title: 'refuses the request',
      says: 'DIGEST_INVALID',
      remedy: 'takes OCI images',
    },
  ])('explains $name', async ({ error, title, says, remedy }) => {
    const { title: isTitle, explanation, remedy: isRemedy, isRetryable } = await error
    expect(isTitle).toContain(title)
    expect(explanation).toContain(says)
    expect(isRemedy).toContain(remedy)
    expect(isRetryable).toBe(false)
  })

  it.each([
    { name: 'too many requests', error: refusal(attempt, answer(429)) },
    { name: 'a failing registry', error: refusal(attempt, answer(503)) },
    { name: 'a lost upload', error: refusal(attempt, answer(404, 'BLOB_UPLOAD_UNKNOWN')) },
    {
      name: 'an upload still written',
      error: refusal(attempt, answer(404, 'BLOB_UPLOAD_INVALID')),
    },
  ])('lets $name be tried again', async ({ error }) => {
    expect((await error).isRetryable).toBe(true)
  })

  it('keeps what the service says of the request and of waiting', async () => {
    const headers = { 'retry-after': '7', 'opc-request-id': 'ABC/DEF' }
    const error = await refusal(ocir, new Response(null, { status: 429, headers }))
    expect(error).toMatchObject({ status: 429, retryAfterSeconds: 7, requestId: 'ABC/DEF' })
  })
})

describe('isOcir', () => {
  it.each([
    { host: 'iad.ocir.io', is: true },
    { host: 'ocir.eu-frankfurt-1.oci.oraclecloud.com', is: true },
    { host: 'ocir.us-gov-ashburn-1.oci.oraclegovcloud.com', is: true },
    { host: 'ocir.io.example.com', is: false },
    { host: 'fakeocir.io', is: false },
    { host: 'ghcr.io', is: false },
  ])('$host: $is', ({ host, is }) => {
    expect(isOcir(host)).toBe(is)
  })
})
