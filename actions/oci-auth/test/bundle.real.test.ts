import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import type { FakeIdentity } from '@oke-pipeline/testing'
import { authenticateClusterToken, runBundle } from '@oke-pipeline/testing'
import { certify } from '../../../packages/oci/test/certificates.ts'
import { currentLab } from '../../../test/setup/lab.ts'
import { cluster, filesBelow, startJob, user } from './job.ts'
import type { ApiServer } from './job.ts'

const lab = currentLab()
const certified = certify('/CN=kubernetes', 'subjectAltName=IP:127.0.0.1')

interface FakeApi extends ApiServer, AsyncDisposable {
  /** Whose tokens it takes; set once they are known. */
  identity: FakeIdentity | undefined
}

/** An API server that does but one thing: it says whom it takes the caller for. */
async function startApi(): Promise<FakeApi> {
  const tls = { cert: certified.certificate, key: certified.privateKey }
  const server = createServer(tls, (request, response) => {
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    const { identity } = api
    const who = identity && authenticateClusterToken(token, cluster, { identity, now: new Date() })
    response.writeHead(who === undefined ? 401 : 200).end(who ?? 'Unauthorized')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const api: FakeApi = {
    identity: undefined,
    server: `https://127.0.0.1:${port}`,
    certificateAuthority: Buffer.from(certified.authority).toString('base64'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return api
}

describe('the bundle of oci-auth', () => {
  it('lets kubectl in, leaks nothing, and leaves nothing behind', async () => {
    await using api = await startApi()
    await using job = await startJob(['read repos', 'use clusters'], { api })
    api.identity = job.oci.identity
    const inputs = { ...job.inputs, 'registry-login': 'true', cluster }
    const step = { action: 'oci-auth', folder: job.folder, environment: job.environment }
    const result = await runBundle({ ...step, inputs })
    expect(result).toMatchObject({ exitCode: 0, outputs: { identity: 'github-oidc' } })

    const run = promisify(execFile)
    const environment = { ...lab.environment, ...result.variables }
    const { stdout } = await run('kubectl', ['get', '--raw', '/whoami'], { env: environment })
    expect(stdout).toBe(user)

    const folder = dirname(result.variables.KUBECONFIG ?? '')
    const said = JSON.stringify({ ...result, log: result.log.replaceAll(/^::add-mask::.*$/gm, '') })
    for (const secret of await secretsIn(folder)) expect(said).not.toContain(secret)
    expect(said).not.toContain('registry-token')
    expect(said).not.toContain('client-secret')

    const after = await runBundle({ ...step, inputs, state: result.state })
    expect(after.exitCode).toBe(0)
    expect(await filesBelow(join(job.folder, 'temp'))).toEqual([])
  })
})

/** The middle of what must not be seen, so that no line break hides it. */
async function secretsIn(folder: string): Promise<readonly string[]> {
  const token = await readFile(join(folder, 'token'), 'utf8')
  const key = (await readFile(join(folder, 'key.pem'), 'utf8')).split('\n')
  return [token.slice(-100), token.split('.')[1]?.slice(0, 100) ?? '', key[3] ?? '']
}
