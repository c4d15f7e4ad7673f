import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, changedKubeconfig, digestOf, makeWorld, serving } from './world.ts'
import type { Deployed, World } from './world.ts'

let world: World
let image = ''

beforeAll(async () => {
  world = await makeWorld('access')
  await world.write('k8s/app.yml', application())
  image = await world.image(serving, 'access')
}, 60_000)

afterAll(() => world.close())

function deploy(given: Readonly<Record<string, string>>): Promise<Deployed> {
  return world.deploy({ image, ...given })
}

async function nothingWasDone(): Promise<void> {
  expect(await world.kubectl('get', 'deployments,secrets', '--output', 'name')).toBe('')
}

describe('deploy-oke refuses, before anything is done,', () => {
  afterAll(nothingWasDone)

  it('a namespace that does not exist', async () => {
    const { failure } = await deploy({ namespace: 'nowhere' })
    expect(failure).toContain('"namespace": got "nowhere", does not exist in the cluster https://')
    expect(failure).toContain('kubectl create namespace nowhere')
  })

  it('credentials that the cluster does not accept', async () => {
    const kubeconfig = changedKubeconfig(world.kubeconfig, { user: { token: 'not-a-token' } })
    const { failure, masked } = await deploy({ kubeconfig })
    expect(failure).toMatch(
      /cluster https:\S+ refused the credentials: .*"lab-admin" \(its token\)/,
    )
    expect(failure).toContain('secret that the input "kubeconfig" names')
    expect(failure).not.toContain('not-a-token')
    expect(masked).toContain('not-a-token')
  })

  it('a cluster that cannot be reached', async () => {
    const cluster = { server: 'https://127.0.0.1:1' }
    const { failure } = await deploy({
      kubeconfig: changedKubeconfig(world.kubeconfig, { cluster }),
    })
    expect(failure).toMatch(/^No answer from the cluster https:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/)
  })

  it('a cluster whose certificate is signed by another authority', async () => {
    const other = await readFile(join(import.meta.dirname, 'fixtures/other-authority.pem'))
    const cluster = { 'certificate-authority-data': other.toString('base64') }
    const { failure } = await deploy({
      kubeconfig: changedKubeconfig(world.kubeconfig, { cluster }),
    })
    expect(failure).toContain('is not trusted: It is not signed by the authority')
    expect(failure).toContain('certificate-authority-data')
  })

  it('a cluster whose certificate is for another name', async () => {
    const cluster = { 'tls-server-name': 'elsewhere.invalid' }
    const { failure } = await deploy({
      kubeconfig: changedKubeconfig(world.kubeconfig, { cluster }),
    })
    expect(failure).toContain('is not trusted: It is for another host name')
  })

  it('a missing credential plugin', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin' }
    const kubeconfig = changedKubeconfig(world.kubeconfig, { user: { exec } })
    const { failure } = await deploy({ kubeconfig })
    expect(failure).toContain('Credential plugin "no-such-plugin"')
    expect(failure).toContain('Install "no-such-plugin" in an earlier step')
  })

  it('manifests and a namespace that are wrong, all in one report', async () => {
    await world.write('bad/a.yml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n')
    await world.write('bad/b.yml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n')
    const given = { manifests: 'bad\nabsent', namespace: 'nowhere', timeout: 'soon' }
    const { failure, annotations } = await deploy(given)
    expect(failure).toMatch(/^5 inputs are not usable/)
    expect(failure).toContain('"timeout": got "soon"')
    expect(failure).toMatch(/"manifests": bad\/a\.yml:4:1 is not valid YAML: Flow map/)
    expect(failure).toContain('"manifests": bad/b.yml:1 is a ConfigMap without metadata.name')
    expect(failure).toContain('"manifests": absent does not exist')
    expect(failure).toContain('"namespace": got "nowhere"')
    expect(annotations.map(({ place }) => place?.file)).toEqual(['bad/a.yml', 'bad/b.yml'])
  })

  it('an unreachable cluster and wrong manifests, both', async () => {
    const cluster = { server: 'https://127.0.0.1:1' }
    const kubeconfig = changedKubeconfig(world.kubeconfig, { cluster })
    const { failure } = await deploy({ kubeconfig, manifests: 'bad' })
    expect(failure).toContain('bad/b.yml:1')
    expect(failure).toContain('"kubeconfig": cannot be used: No answer from the cluster')
  })

  it('kinds that the cluster does not know, and objects for another namespace', async () => {
    await world.write(
      'odd/odd.yml',
      'apiVersion: example.com/v1\nkind: Odd\nmetadata: { name: a }\n',
    )
    await world.write(
      'odd/gone.yml',
      'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: { name: d }\n---\napiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: { name: e }\n',
    )
    const elsewhere = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b, namespace: other }\n'
    await world.write('odd/other.yml', elsewhere)
    await world.write('odd/space.yml', 'apiVersion: v1\nkind: Namespace\nmetadata: { name: c }\n')
    const { failure } = await deploy({ manifests: 'k8s\nodd' })
    expect(failure).toContain('odd/odd.yml:1 has Odd/a of "example.com/v1", a kind that')
    expect(failure).toMatch(
      /gone\.yml:1 has .* does not know: Kubernetes v1\.\d+\.\d+ serves it as "policy\/v1"\./,
    )
    expect(failure).toMatch(
      /gone\.yml:5 has Ingress\/e .* serves it as "networking\.k8s\.io\/v1"\./,
    )
    expect(failure).toContain('odd/other.yml:1 has ConfigMap/b in the namespace "other"')
    expect(failure).toContain('odd/space.yml:1 has Namespace/c: a namespace is made by')
  })

  it('objects that the server finds fault with, all of them, misspelt fields included', async () => {
    const misspelt = application({ name: 'misspelt' }).replace('replicas:', 'replica:')
    await world.write('faulty/a.yml', misspelt)
    await world.write(
      'faulty/b.yml',
      'apiVersion: v1\nkind: Service\nmetadata: { name: B }\nspec: {}\n',
    )
    const { failure } = await deploy({ manifests: 'faulty' })
    expect(failure).toContain('The cluster would refuse 2 of 3 objects')
    expect(failure).toMatch(
      /faulty\/a\.yml:1 Deployment\/misspelt: .*\.spec\.replica: field not declared/,
    )
    expect(failure).toContain('faulty/b.yml:1 Service/B')
    expect(failure).toContain('Nothing has been changed.')
  })
})

describe('deploy-oke with a service account', () => {
  async function kubeconfigOf(account: string): Promise<string> {
    await world.kubectl('create', 'serviceaccount', account)
    const token = (await world.kubectl('create', 'token', account)).trim()
    return changedKubeconfig(world.kubeconfig, { user: { token } })
  }

  function bind(account: string, role: string): Promise<string> {
    const subject = `--serviceaccount=${world.namespace}:${account}`
    return world.kubectl('create', 'rolebinding', account, `--role=${role}`, subject)
  }

  it('without rights says which rules it needs', async () => {
    const { failure } = await deploy({ kubeconfig: await kubeconfigOf('nobody') })
    expect(failure).toContain(
      `"system:serviceaccount:${world.namespace}:nobody" may not get leases in the namespace`,
    )
    expect(failure).toContain(
      '- {apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update"]}',
    )
  })

  it('with too few rights lists all that is missing, and changes nothing', async () => {
    const kubeconfig = await kubeconfigOf('reader')
    const resources = '--resource=secrets,deployments.apps,services'
    await world.kubectl('create', 'role', 'reader', '--verb=get,list', resources)
    await bind('reader', 'reader')
    const locking = ['--verb=get,create,update', '--resource=leases.coordination.k8s.io']
    await world.kubectl('create', 'role', 'locker', ...locking)
    await world.kubectl(
      'create',
      'rolebinding',
      'locker',
      '--role=locker',
      `--serviceaccount=${world.namespace}:reader`,
    )
    const { failure } = await deploy({ kubeconfig })
    expect(failure).toContain('The cluster would refuse 2 of 2 objects')
    expect(failure).toContain(
      '- {apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"]}',
    )
    expect(failure).toContain('- {apiGroups: [""], resources: ["services"], verbs: ["patch"]}')
    await nothingWasDone()
  })

  it('with the Role of the documentation deploys, runs hooks, rolls back and says why', async () => {
    const docs = join(import.meta.dirname, '../../../docs/rbac')
    await world.kubectl('apply', '--filename', join(docs, 'role.yaml'))
    for (const file of ['role-binding.yaml', 'cluster-role.yaml']) {
      await world.kubectl('apply', '--dry-run=server', '--filename', join(docs, file))
    }
    const hook = `apiVersion: batch/v1
kind: Job
metadata: { name: migrate, annotations: { oke-pipeline.dev/hook: before } }
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: job, image: hello, command: [/bin/busybox, 'true'] }]
`
    await world.write('k8s/hook.yml', hook)
    const kubeconfig = await kubeconfigOf('deployer')
    await bind('deployer', 'oke-pipeline-deploy')
    const deployed = await deploy({ kubeconfig })
    expect(deployed.failure).toBe('')
    expect(deployed.outputs).toMatchObject({ status: 'deployed', digest: digestOf(image) })
    const crash = await world.image('echo no rights needed; exit 3')
    const { failure, outputs } = await deploy({ kubeconfig, image: crash })
    expect(failure).toContain('exited with 3 (CrashLoopBackOff): no rights needed')
    expect(outputs).toMatchObject({ status: 'rolled-back', digest: digestOf(image) })
  })

  it('uses the token that a credential plugin makes, and masks it', async () => {
    const token = (await world.kubectl('create', 'token', 'deployer')).trim()
    const status = { token, expirationTimestamp: '2100-01-01T00:00:00Z' }
    const apiVersion = 'client.authentication.k8s.io/v1'
    const answer = JSON.stringify({ apiVersion, kind: 'ExecCredential', status })
    const script = `if (JSON.parse(process.env.KUBERNETES_EXEC_INFO).apiVersion === ${JSON.stringify(apiVersion)}) console.log(${JSON.stringify(answer)})`
    const exec = { apiVersion, command: process.execPath, args: ['-e', script] }
    const kubeconfig = changedKubeconfig(world.kubeconfig, { user: { exec } })
    const { failure, outputs, masked } = await deploy({ kubeconfig })
    expect(failure).toBe('')
    expect(outputs).toMatchObject({ status: 'unchanged' })
    expect(masked).toContain(token)
  })
})
