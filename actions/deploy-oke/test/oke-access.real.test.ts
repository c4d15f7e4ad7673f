import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { messageOf } from '@oke-pipeline/core'
import { recordingRunner, startConnectProxy, startFakeOke } from '@oke-pipeline/testing'
import type { FakeOke, FakeOkeSettings, RecordingRunner, SeenRequest } from '@oke-pipeline/testing'
import { apiServerOf } from '../../../test/setup/api-server.ts'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'
import { post } from '../src/post.ts'
import { application, changedKubeconfig, digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

const lab = currentLab()

let world: World
let apiServer: FakeOkeSettings['apiServer']
let oke: FakeOke
/** What happens when the cluster is asked for something. */
let onRequest: (request: SeenRequest) => void = () => undefined
/** How far the clocks of runner and cloud are ahead. */
let aheadSeconds = 0
let version = 0

/** An address that nothing on this machine leads to. */
const privateEndpoint = '10.255.255.7:6443'

const now = (): Date => new Date(Date.now() + aheadSeconds * 1000)

beforeAll(async () => {
  world = await makeWorld('oke')
  await world.write('k8s/app.yml', application())
  apiServer = await apiServerOf(lab)
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  await world.write('role.yml', /<!-- role:start -->\s+```yaml\n([^]*?)```/.exec(readme)?.[1] ?? '')
  await world.kubectl('apply', '--filename', join(world.folder, 'workspace/role.yml'))
}, 60_000)

afterAll(() => world.close())

beforeEach(async () => {
  onRequest = () => undefined
  aheadSeconds = 0
  oke = await startFakeOke({
    apiServer,
    now,
    privateEndpoint,
    onRequest: (request) => onRequest(request),
  })
})

afterEach(async () => {
  await oke[Symbol.asyncDispose]()
})

type Given = Readonly<Record<string, string>>

interface Step {
  readonly state?: Given
  readonly signal?: AbortSignal
  readonly environment?: Given
}

function stepOf(given: Given, { environment = {}, ...step }: Step = {}): RecordingRunner {
  return recordingRunner({
    folder: world.folder,
    inputs: world.inputs({ kubeconfig: '', ...oke.inputs, ...given }),
    environment: { ...lab.environment, ...oke.environment, ...environment },
    ports: { clock: { ...recordingRunner({ folder: world.folder }).clock, now } },
    ...step,
  })
}

/** Deploys an image that was not deployed before, by the OCID of the cluster unless told otherwise. */
async function deploy(
  given: Given = {},
  step: Step = {},
): Promise<{ readonly runner: RecordingRunner; readonly failure: string; readonly image: string }> {
  version += 1
  const image = await world.image(serving, version.toFixed(0))
  const way = 'cluster-server' in given ? {} : { cluster: oke.cluster }
  const runner = stepOf({ image, ...way, ...given }, step)
  const failure = await main(runner).then(() => '', messageOf)
  return { runner, failure, image }
}

/** Lets a user do what the Role of the README does. */
function bind(name: string, user: string): Promise<string> {
  return world.kubectl('create', 'rolebinding', name, '--role=oke-pipeline-deploy', '--user', user)
}

/** Calls something once, when the pods are looked at for the first time after the release began. */
function atFirstLook(work: () => void): void {
  let isBegun = false
  let isDone = false
  onRequest = ({ method, path }) => {
    isBegun ||= method === 'PATCH' && path.includes('/deployments/') && !path.includes('dryRun')
    if (!isBegun || isDone || !path.includes('/pods')) return
    isDone = true
    work()
  }
}

describe('deploy-oke, given the OCID of a cluster,', () => {
  it('says whom the cluster knows and what that user lacks, before it has a role', async () => {
    const { failure } = await deploy()
    expect(failure).toContain(`"${oke.user}" may not do all that a deployment`)
    expect(failure).toContain(
      `kubectl create rolebinding <name> --namespace ${world.namespace} --role <role> --user ${oke.user}`,
    )
  })

  it('deploys as the user that OCI takes the workflow for, with no other tool or credential', async () => {
    await bind('by-iam', oke.user)
    const { runner, failure, image } = await deploy()
    expect(failure).toBe('')
    expect(runner.outputs).toMatchObject({ status: 'deployed', digest: digestOf(image) })
    expect(new Set(await world.imageIds())).toEqual(new Set([image]))
    expect(oke.gateway.users()).toEqual([oke.user])
    expect(oke.gateway.refusals()).toBe(0)
    expect(runner.masked).toEqual(expect.arrayContaining([...oke.gateway.tokens()]))
  })

  it('finds the cluster of an environment in the environments file', async () => {
    await world.write(
      'oke.yml',
      `schema: oke-pipeline/environments/v1
environments:
  - { name: dev, namespace: ${world.namespace}, manifests: [k8s], cluster: ${oke.cluster} }
`,
    )
    const environment = { environment: 'dev', 'environments-file': 'oke.yml' }
    const given = { ...environment, namespace: '', manifests: '', cluster: '' }
    const { runner, failure } = await deploy(given)
    expect(failure).toBe('')
    expect(runner.outputs).toMatchObject({ status: 'deployed', namespace: world.namespace })
  })

  it('renews its token while it waits for a rollout', async () => {
    atFirstLook(() => (aheadSeconds = 360))
    const { runner, failure } = await deploy({ timeout: '20m' })
    expect(failure).toBe('')
    expect(runner.outputs).toMatchObject({ status: 'deployed' })
    // A request that was under way when six minutes went by may have come with the old one.
    expect(oke.gateway.tokens().length).toBeGreaterThanOrEqual(2)
  })

  it('signs in again when the session behind the token was ended', async () => {
    atFirstLook(() => oke.oci.identity.revokeAll())
    const { runner, failure } = await deploy()
    expect(failure).toBe('')
    expect(runner.outputs).toMatchObject({ status: 'deployed' })
    expect(oke.gateway.refusals()).toBeGreaterThan(0)
    const exchanges = oke.oci.seen.filter(({ target }) => target === '/oauth2/v1/token')
    expect(exchanges).toHaveLength(2)
  })

  it('asks once more, with another token, when one request is refused', async () => {
    atFirstLook(() => oke.gateway.refuseNext(1))
    const { failure } = await deploy()
    expect(failure).toBe('')
    expect(oke.gateway.refusals()).toBe(1)
  })

  it('reaches a private endpoint by the proxy of the environment', async () => {
    const { host } = new URL(oke.gateway.server)
    await using proxy = await startConnectProxy({
      routeOf: (asked) => (asked === privateEndpoint ? host : undefined),
    })
    const environment = { HTTPS_PROXY: proxy.url }
    const { runner, failure } = await deploy({ 'cluster-endpoint': 'private' }, { environment })
    expect(failure).toBe('')
    expect(runner.outputs).toMatchObject({ status: 'deployed' })
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${privateEndpoint}`]))
  })

  it('says where a private endpoint is reached from', async () => {
    await using proxy = await startConnectProxy({ routeOf: () => undefined })
    const environment = { HTTPS_PROXY: proxy.url }
    const { failure } = await deploy({ 'cluster-endpoint': 'private' }, { environment })
    expect(failure).toContain(`No answer from the cluster https://${privateEndpoint}`)
    expect(failure).toContain('only reached from within its network')
    expect(failure).toContain('(ERR_PROXY_TUNNEL)')
  })

  it('says who is refused for good, and what to look at', async () => {
    oke.gateway.refuseNext(1_000_000)
    const { failure } = await deploy()
    expect(failure).toMatch(/^The cluster https:\S+ refused the credentials: It does not accept/)
    expect(failure).toContain('repo:acme/shop:environment:production')
    expect(failure).toContain('Allow group … to use clusters in compartment …')
    // Each of the first questions is asked once more, with another token.
    expect(oke.gateway.refusals()).toBeGreaterThanOrEqual(2)
    expect(oke.gateway.refusals()).toBeLessThanOrEqual(8)
  })

  it('lists what is wrong with the way, with everything else that is wrong', async () => {
    const given = { kubeconfig: world.kubeconfig, 'cluster-audience': 'x', manifests: 'absent' }
    const { failure } = await deploy(given)
    expect(failure).toMatch(/^3 inputs are not usable/)
    expect(failure).toContain('"cluster": cannot be given together with "kubeconfig"')
    expect(failure).toContain('"cluster-audience": is only used with "cluster-server"')
    expect(failure).toContain('"manifests": absent does not exist')
    expect(oke.gateway.requests).toEqual([])
  })

  it('lists that OCI lets nobody in, with everything else that is wrong', async () => {
    const none = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }
    const { failure } = await deploy({ manifests: 'absent' }, { environment: none })
    expect(failure).toMatch(/^2 inputs are not usable/)
    expect(failure).toContain('"cluster": cannot be used: Missing permission "id-token: write"')
    expect(failure).toContain('"manifests": absent does not exist')
  })
})

describe('deploy-oke with a credential plugin', () => {
  it('runs the plugin again when the cluster refuses what it gave', async () => {
    await world.kubectl('create', 'serviceaccount', 'plugin')
    const account = `--serviceaccount=${world.namespace}:plugin`
    await world.kubectl('create', 'rolebinding', 'plugin', '--role=oke-pipeline-deploy', account)
    const token = (await world.kubectl('create', 'token', 'plugin')).trim()
    const runs = join(world.folder, 'runs')
    const script = `const { appendFileSync, readFileSync } = require('node:fs')
      appendFileSync(process.argv[1], 'x')
      const isFirst = readFileSync(process.argv[1], 'utf8').length === 1
      const token = isFirst ? 'revoked' : ${JSON.stringify(token)}
      const apiVersion = 'client.authentication.k8s.io/v1'
      console.log(JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { token } }))`
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      interactiveMode: 'Never',
      command: process.execPath,
      args: ['--eval', script, runs],
    }
    const kubeconfig = changedKubeconfig(world.kubeconfig, { user: { exec } })
    const { runner, failure } = await deploy({ kubeconfig, cluster: '' })
    expect(failure).toBe('')
    expect(runner.outputs).toMatchObject({ status: 'deployed' })
    expect(await readFile(runs, 'utf8')).toMatch(/^xx+$/)
    expect(runner.masked).toEqual(expect.arrayContaining(['revoked', token]))
  })
})

describe('deploy-oke, cancelled on a cluster by its OCID,', () => {
  it('signs in anew in the post step, to put back what was there', async () => {
    const before = (await deploy()).image
    const job = new AbortController()
    atFirstLook(() => job.abort())
    const stuck = "readinessProbe: { exec: { command: [/bin/busybox, 'false'] } }"
    await world.write(
      'stuck/app.yml',
      application({ hasProbe: false, extra: `          ${stuck}` }),
    )
    const { runner, image } = await deploy({ manifests: 'stuck' }, { signal: job.signal })
    const exchangesBefore = oke.oci.seen.length
    const after = stepOf(
      { image, cluster: oke.cluster, manifests: 'stuck' },
      { state: runner.states },
    )
    await post(after)
    expect(after.summary.join('\n')).toContain('is in force again and ready')
    expect(new Set(await world.imageIds())).toEqual(new Set([before]))
    const later = oke.oci.seen.slice(exchangesBefore)
    expect(later.some(({ target }) => target === '/oauth2/v1/token')).toBe(true)
  })
})

describe('deploy-oke, on a cluster that trusts GitHub itself,', () => {
  function direct(audience = oke.audience): Given {
    return {
      'cluster-server': oke.gateway.server,
      'cluster-ca': Buffer.from(oke.gateway.certificateAuthority, 'base64').toString(),
      'cluster-audience': audience,
    }
  }

  it('deploys with the workflow’s own token, without OCI', async () => {
    await bind('by-oidc', oke.oidcUser)
    const { runner, failure, image } = await deploy(direct())
    expect(failure).toBe('')
    expect(runner.outputs).toMatchObject({ status: 'deployed', digest: digestOf(image) })
    expect(oke.gateway.users()).toEqual([oke.oidcUser])
    expect(oke.oci.seen.every(({ target }) => target.startsWith('/github/'))).toBe(true)
  })

  it('renews the token while it waits for a rollout', async () => {
    atFirstLook(() => (aheadSeconds = 360))
    const { failure } = await deploy({ ...direct(), timeout: '20m' })
    expect(failure).toBe('')
    expect(oke.gateway.tokens().length).toBeGreaterThanOrEqual(2)
  })

  it('says which settings of the cluster a refused token must fit', async () => {
    const { failure } = await deploy(direct('another'))
    expect(failure).toContain('audience another, subject repo:acme/shop:environment:production')
    expect(failure).toContain('"clientId" must be another')
  })

  it('does not talk to a server whose certificate is of another authority', async () => {
    const other = await readFile(join(import.meta.dirname, 'fixtures/other-authority.pem'), 'utf8')
    const { failure } = await deploy({ ...direct(), 'cluster-ca': other })
    expect(failure).toContain('not signed by the authority that the input "cluster-ca" gives')
    expect(oke.gateway.requests).toEqual([])
  })
})
