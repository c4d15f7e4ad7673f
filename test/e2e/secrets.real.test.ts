// Runs the bundles of all actions with known secrets, and searches everything that they print or
// leave behind.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Declaration } from '@oke-pipeline/core'
import { writeLayout } from '@oke-pipeline/testing'
import { apiKey, cluster, startJob, tenancy, user } from '../../actions/oci-auth/test/job.ts'
import { busyboxLayout } from '../../actions/test-image/test/busybox-layout.ts'
import { actionNames, root } from '../../scripts/actions.ts'
import { createDeployer } from '../lab/index.ts'
import { currentLab } from '../setup/lab.ts'
import { searchSecrets, watchCommandLines } from './secret-search.ts'
import type { Searched } from './secret-search.ts'

const lab = currentLab()
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'))
  for (const name of ['workspace', 'temp', 'home']) await mkdir(join(folder, name))
})

afterEach(() => rm(folder, { recursive: true }))

function canary(): string {
  return `canary-${randomBytes(12).toString('hex')}`
}

function withHome(environment: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...lab.environment, ...environment, HOME: join(folder, 'home') }
}

/** The step did what it is for, and nothing of its secrets is anywhere. */
function expectNothing(searched: Searched, exitCode = 0): void {
  const { main, post, leaks, unmasked, commandLines } = searched
  expect({ exitCode: main.exitCode, leaks, unmasked }).toEqual({
    ...{ exitCode, leaks: [], unmasked: [] },
    ...(main.exitCode === exitCode ? {} : { log: main.log }),
  })
  expect(post.exitCode).toBe(0)
  expect(commandLines).toBeGreaterThan(1)
}

async function kubernetesOf(namespace: string): Promise<string> {
  if (lab.kubernetes === undefined) throw new Error('This test needs a cluster.')
  return createDeployer(lab.kubernetes, namespace)
}

describe('the search itself', () => {
  it('finds a secret on the command line of a program', async () => {
    const secret = canary()
    const watch = watchCommandLines()
    await promisify(execFile)(process.execPath, ['-e', 'setTimeout(() => {}, 200)', secret])
    expect([...(await watch.stop())].filter((line) => line.includes(secret))).toHaveLength(1)
  })

  it('finds what a step was given and the runner was not told of', async () => {
    const secret = canary()
    const inputs = { layout: secret }
    const run = { action: 'push-ocir', folder, inputs: { ...inputs, image: 'x.example/y' } }
    const { leaks, unmasked } = await searchSecrets({ run, secrets: [secret] })
    expect(leaks).toContain(`the log of main: ${secret.slice(0, 12)}…`)
    expect(unmasked).toEqual([secret])
  })
})

describe.each(actionNames())('the bundle of %s', (action) => {
  it('says nothing of its secrets when its inputs make no sense', async () => {
    const module = (await import(
      pathToFileURL(join(root, 'actions', action, 'src/declaration.ts')).href
    )) as { declaration: Declaration }
    const secretInputs = Object.entries(module.declaration.inputs)
      .filter(([, { kind }]) => kind.secretsOf !== undefined)
      .map(([name]) => [name, `${canary()}=${canary()}`] as const)
    const variables = ['OCI_CLI_KEY_CONTENT', 'OCI_CLI_PASSPHRASE', 'GITHUB_TOKEN', 'KUBECONFIG']
    const environment = Object.fromEntries(variables.map((name) => [name, canary()]))
    const inputs = Object.fromEntries(secretInputs)
    const run = { action, folder, inputs, environment: withHome(environment) }
    const { main, leaks } = await searchSecrets({
      run,
      secrets: [...Object.values(inputs), ...Object.values(environment)],
    })
    expect(leaks).toEqual([])
    expect(main.exitCode).toBe(1)
  })
})

describe('a bundle that does its work prints and leaves no secret:', () => {
  it('oci-auth, from the workflow’s token', async () => {
    await using job = await startJob()
    const inputs = { ...job.inputs, 'registry-login': 'true', cluster }
    const run = { action: 'oci-auth', folder, inputs, environment: withHome(job.environment) }
    expectNothing(await searchSecrets({ run, secrets: ['client-secret'] }))
    expect(await readdir(join(folder, 'temp'))).toEqual([])
  })

  it('oci-auth, from an API key', async () => {
    await using job = await startJob()
    const key = { 'oci-tenancy': tenancy, 'oci-user': user, 'oci-private-key': apiKey }
    const inputs = { ...key, 'oci-auth': 'api-key', 'oci-region': 'iad', cluster }
    const run = { action: 'oci-auth', folder, inputs, environment: withHome(job.environment) }
    const lines = apiKey.split('\n').filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line))
    expectNothing(await searchSecrets({ run, secrets: lines }))
  })

  it('push-ocir', async () => {
    const { secureRegistry } = lab
    if (secureRegistry === undefined) throw new Error('The lab has no secure registry')
    const { host, username, password, caFile } = secureRegistry
    const layout = await writeLayout({ folder: join(folder, 'temp/layout'), layers: [{ a: 'b' }] })
    const image = `${host}/secrets/app-${randomBytes(4).toString('hex')}`
    const inputs = { layout: layout.path, image, tags: '1', username, password }
    const environment = withHome({ NODE_EXTRA_CA_CERTS: caFile })
    const run = { action: 'push-ocir', folder, inputs, environment }
    expectNothing(await searchSecrets({ run, secrets: [password] }))
  })

  it('scan-gate', async () => {
    const password = canary()
    const layout = await writeLayout({ folder: join(folder, 'temp/layout'), layers: [{ a: 'b' }] })
    const inputs = { layout: layout.path, digest: layout.digest, username: 'me', password }
    const run = { action: 'scan-gate', folder, inputs, environment: withHome() }
    expectNothing(await searchSecrets({ run, secrets: [password] }))
  })

  it('build-image', async () => {
    const secret = canary()
    const dockerfile = [
      'FROM busybox:1',
      'RUN --mount=type=secret,id=given,required=true sha256sum /run/secrets/given',
    ]
    await writeFile(join(folder, 'workspace/Dockerfile'), dockerfile.join('\n'))
    const inputs = { secrets: `given=${secret}`, 'no-cache': 'true' }
    const run = { action: 'build-image', folder, inputs, environment: withHome() }
    expectNothing(await searchSecrets({ run, secrets: [secret] }))
  })

  it('test-image', async () => {
    const secret = canary()
    const { path } = await busyboxLayout({ folder, random: Math.random, ...disposable })
    const command = ['/bin/sh', '-c', 'test ${#TOKEN} -gt 20 && echo token=$TOKEN'].join('\n')
    const inputs = { layout: path, command, 'secret-environment': `TOKEN=${secret}` }
    const run = { action: 'test-image', folder, inputs, environment: withHome() }
    expectNothing(await searchSecrets({ run, secrets: [secret] }))
  })

  it('deploy-oke', async () => {
    const secret = canary()
    const namespace = `secrets-${randomBytes(4).toString('hex')}`
    const kubeconfig = await kubernetesOf(namespace)
    const manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }
    const manifests = [
      JSON.stringify({ ...manifest, stringData: { password: secret } }),
      JSON.stringify(absentImage),
    ]
    await writeFile(join(folder, 'workspace/app.yml'), manifests.join('\n---\n'))
    const inputs = { kubeconfig, namespace, manifests: 'app.yml', image, timeout: '60s' }
    const run = { action: 'deploy-oke', folder, inputs, environment: withHome() }
    const own = ['workspace/app.yml']
    const searched = await searchSecrets({ run, secrets: tokensIn(kubeconfig), own })
    // The image cannot be pulled: what is said of a failure is most of what is said at all.
    expectNothing(searched, 1)
    expect(JSON.stringify(searched)).not.toContain(secret)
    expect(searched.main.outputs.status).toMatch(/rolled-back|failed/)
  })

  it('promote', async () => {
    const namespace = `secrets-${randomBytes(4).toString('hex')}`
    const kubeconfig = await kubernetesOf(namespace)
    const environments = ['dev', 'production'].map(
      (name) => `  - { name: ${name}, namespace: ${namespace}, manifests: [a], release: app }`,
    )
    const lines = ['schema: oke-pipeline/environments/v1', 'environments:', ...environments]
    await writeFile(join(folder, 'workspace/oke.yml'), lines.join('\n'))
    const inputs = { kubeconfig, from: 'dev', to: 'production', 'environments-file': 'oke.yml' }
    const run = { action: 'promote', folder, inputs, environment: withHome() }
    const searched = await searchSecrets({ run, secrets: tokensIn(kubeconfig) })
    // Nothing has been deployed to the first environment.
    expectNothing(searched, 1)
    expect(searched.main.log).toContain('No release')
  })
})

const disposable = { [Symbol.asyncDispose]: () => Promise.resolve() }

const image = `${lab.registry?.host ?? ''}/secrets/absent@sha256:${'0'.repeat(64)}`

const absentImage = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app' },
  spec: {
    selector: { matchLabels: { app: 'app' } },
    template: {
      metadata: { labels: { app: 'app' } },
      spec: { containers: [{ name: 'app', image: 'absent' }] },
    },
  },
}

/** The tokens and keys of a kubeconfig. */
function tokensIn(kubeconfig: string): readonly string[] {
  const found = kubeconfig.matchAll(/"?(?:token|client-key-data)"?:\s*"?([\w+/=.-]{20,})/g)
  return [...found].map(([, value = '']) => value)
}
