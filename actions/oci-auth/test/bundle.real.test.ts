import { execFile } from 'node:child_process'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { runBundle } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { startClusterJob } from './cluster-job.ts'
import { cluster, filesBelow, startJob, user } from './job.ts'

const lab = currentLab()

describe('the bundle of oci-auth', () => {
  it('lets kubectl in, leaks nothing, and leaves nothing behind', async () => {
    await using job = await startClusterJob(lab, ['read repos', 'use clusters'])
    const inputs = { ...job.inputs, 'registry-login': 'true', cluster }
    const step = { action: 'oci-auth', folder: job.folder, environment: job.environment }
    const result = await runBundle({ ...step, inputs })
    expect(result).toMatchObject({ exitCode: 0, outputs: { identity: 'github-oidc' } })

    const run = promisify(execFile)
    const environment = { ...lab.environment, ...result.variables }
    const who = ['auth', 'whoami', '--output=jsonpath={.status.userInfo.username}']
    const { stdout } = await run('kubectl', who, { env: environment })
    expect(stdout).toBe(user)
    expect(job.gateway.users()).toEqual([user])

    const folder = dirname(result.variables.KUBECONFIG ?? '')
    const said = JSON.stringify({ ...result, log: result.log.replaceAll(/^::add-mask::.*$/gm, '') })
    for (const secret of await secretsIn(folder)) expect(said).not.toContain(secret)
    expect(said).not.toContain('registry-token')
    expect(said).not.toContain('client-secret')

    const after = await runBundle({ ...step, inputs, state: result.state })
    expect(after.exitCode).toBe(0)
    expect(await filesBelow(join(job.folder, 'temp'))).toEqual([])
  })

  it('leaves nothing of a step that is cancelled, however it is ended', async () => {
    await using job = await startJob()
    const own = join(job.folder, 'docker/config.json')
    await mkdir(join(job.folder, 'docker'))
    await writeFile(own, '{"auths":{"other.example":{"auth":"b3RoZXI="}}}')
    const inputs = { ...job.inputs, 'registry-login': 'true', cluster }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
      let left: readonly string[] = []
      // OKE is asked when the session is there and the login is written: it never answers.
      await using oke = await startSilence(async () => {
        left = await filesBelow(join(job.folder, 'temp'))
        kill(signal)
      })
      let kill: (signal: NodeJS.Signals) => void = () => undefined
      const result = await runBundle({
        ...{ action: 'oci-auth', folder: job.folder, inputs },
        environment: { ...job.environment, OKE_PIPELINE_OCI_CONTAINER_ENGINE: oke.url },
        onStart: (child) => void (kill = (name) => child.kill(name)),
      })
      expect(left.map((file) => basename(file))).toEqual(['config.json'])
      expect(result.exitCode).not.toBe(0)
      expect(result).toMatchObject({ outputs: {}, variables: {} })

      const { state } = result
      const after = await runBundle({ action: 'oci-auth', folder: job.folder, inputs, state })
      expect(after.exitCode).toBe(0)
      expect(await readdir(join(job.folder, 'temp'))).toEqual([])
    }
    expect(JSON.parse(await readFile(own, 'utf8'))).toEqual({
      auths: { 'other.example': { auth: 'b3RoZXI=' } },
    })
  })
})

/** A server that is asked and does not answer. */
async function startSilence(
  onRequest: () => Promise<void>,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(() => void onRequest())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/20180222`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The middle of what must not be seen, so that no line break hides it. */
async function secretsIn(folder: string): Promise<readonly string[]> {
  const token = await readFile(join(folder, 'token'), 'utf8')
  const key = (await readFile(join(folder, 'key.pem'), 'utf8')).split('\n')
  return [token.slice(-100), token.split('.')[1]?.slice(0, 100) ?? '', key[3] ?? '']
}
