import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { runBundle } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { startClusterJob } from './cluster-job.ts'
import { cluster, filesBelow, user } from './job.ts'

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
})

/** The middle of what must not be seen, so that no line break hides it. */
async function secretsIn(folder: string): Promise<readonly string[]> {
  const token = await readFile(join(folder, 'token'), 'utf8')
  const key = (await readFile(join(folder, 'key.pem'), 'utf8')).split('\n')
  return [token.slice(-100), token.split('.')[1]?.slice(0, 100) ?? '', key[3] ?? '']
}
