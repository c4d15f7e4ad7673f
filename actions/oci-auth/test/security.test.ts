import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { messageOf } from '@oke-pipeline/core'
import type { Http, HttpRequest } from '@oke-pipeline/core'
import { recordingRunner } from '@oke-pipeline/testing'
import { main } from '../src/main.ts'
import { cluster, filesBelow, startJob } from './job.ts'
import type { Job } from './job.ts'

const all = { 'registry-login': 'true', cluster }

/** The secrets that a request carries, but the one by which the runner knows the job. */
function secretsIn({ url, headers = {}, body = '' }: HttpRequest): readonly string[] {
  const authorization = headers.authorization ?? ''
  const form = new URLSearchParams(typeof body === 'string' ? body : '')
  const found = [
    url.pathname.startsWith('/github/') ? undefined : /^(?:Bearer|Basic) (.+)$/.exec(authorization),
    /keyId="ST\$([^"]+)"/.exec(authorization),
  ].map((match) => match?.[1])
  return [...found, form.get('subject_token') ?? undefined].filter((text) => text !== undefined)
}

/** A host that is none of those that the step was told of. */
async function startStranger(): Promise<
  AsyncDisposable & { readonly url: string; readonly visits: readonly string[] }
> {
  const visits: string[] = []
  const server = createServer(({ url = '' }, response) => {
    visits.push(url)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/elsewhere`,
    visits,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('oci-auth', () => {
  let job: Job

  beforeAll(async () => {
    job = await startJob()
  }, 30_000)

  afterAll(async () => {
    await job[Symbol.asyncDispose]()
  })

  it('sends nothing to an address that is not an identity domain of Oracle', async () => {
    for (const url of ['https://idcs-0.identity.oraclecloud.com.example', 'http://169.254.1.1']) {
      const { error } = await job.run({ 'oci-domain-url': url })
      expect(messageOf(error)).toContain('oci-domain-url')
    }
    expect(job.oci.seen).toEqual([])
    expect(await filesBelow(job.folder)).toEqual([])
  })

  it('has masked each secret before a request carries it', async () => {
    const { folder, environment } = job
    const { http } = recordingRunner({ folder, environment })
    const seen: { readonly secret: string; readonly isMasked: boolean }[] = []
    const watching: Http = {
      request(call) {
        const secrets = secretsIn(call)
        seen.push(...secrets.map((secret) => ({ secret, isMasked: masked.includes(secret) })))
        return http.request(call)
      },
    }
    const inputs = { ...job.inputs, ...all }
    const runner = recordingRunner({ folder, inputs, environment, ports: { http: watching } })
    const { masked } = runner
    await main(runner)
    // The login of the application, the workflow's token, and the session for OCIR and OKE.
    expect(new Set(seen.map(({ secret }) => secret)).size).toBe(3)
    expect(seen.filter(({ isMasked }) => !isMasked)).toEqual([])
  }, 30_000)

  it.each([
    { to: 'GitHub, with the runner’s token', only: 'GET /github/token', status: 302 },
    { to: 'the identity domain, with the token', only: 'POST /oauth2/v1/token', status: 307 },
    { to: 'OCIR, with a signature', only: 'GET /20180419/docker/token', status: 302 },
    { to: 'OKE, with a signature', only: 'POST /20180222/clusters/', status: 308 },
  ])('does not follow a redirect of a request to $to', async ({ only, status }) => {
    await using stranger = await startStranger()
    job.oci.failNext({ status, headers: { location: stranger.url }, only })
    const { error, runner } = await job.run(all)
    expect(messageOf(error)).toContain(`answered with ${status}`)
    expect(stranger.visits).toEqual([])
    expect(runner.variables).toEqual({})
  })
})
