import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { messageOf } from '@oke-pipeline/core'
import { recordingRunner, startFakeOke } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'
import { application, digestOf, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

const lab = currentLab()
const { secureRegistry } = lab
if (secureRegistry === undefined) throw new Error('The lab has no secure registry')
const { host, username, password, reader } = secureRegistry

let world: World
/** In a registry that lets nobody read without a login. */
let image = ''

beforeAll(async () => {
  world = await makeWorld('pull-secret')
  const open = await world.image(serving, world.namespace)
  image = `${host}/team/hello@${digestOf(open)}`
  await promisify(execFile)(
    'skopeo',
    [
      ...['copy', '--src-tls-verify=false', '--dest-tls-verify=false', '--preserve-digests'],
      ...['--dest-creds', `${username}:${password}`, `docker://${open}`, `docker://${image}`],
    ],
    { env: lab.environment },
  )
  await world.write('k8s/app.yml', application().replace('replicas: 2', 'replicas: 1'))
}, 60_000)

afterAll(() => world.close())

function login(of: string): Readonly<Record<string, string>> {
  return {
    image,
    'pull-secret': 'registry',
    'pull-secret-username': reader.username,
    'pull-secret-password': of,
  }
}

interface WrittenSecret {
  readonly type: string
  readonly data: { readonly '.dockerconfigjson': string }
}

async function writtenSecret(): Promise<{ readonly type: string; readonly logins: unknown }> {
  const json = await world.kubectl('get', 'secret/registry', '--output=json')
  const { type, data } = JSON.parse(json) as WrittenSecret
  const text = Buffer.from(data['.dockerconfigjson'], 'base64').toString()
  return { type, logins: JSON.parse(text) as unknown }
}

// Each test goes on with what the one before has left in the namespace.
describe('deploy-oke with a pull secret', () => {
  it('plans to make it, and needs no login for that', async () => {
    const given = { image, 'pull-secret': 'registry', mode: 'plan' }
    const { failure, summary, outputs } = await world.deploy(given)
    expect(failure).toBe('')
    expect(summary.join()).toContain(
      `The pull secret "registry" for ${host} would be made first, with a login that is no part of the plan; Deployment/hello names it.`,
    )
    expect(outputs.changed).toBe('true')
    await expect(world.kubectl('get', 'secret/registry')).rejects.toThrow('not found')
  })

  it('says that the registry does not let the node read the image, where the login is wrong', async () => {
    const { failure } = await world.deploy(login('wrong'))
    expect(failure).toContain('the registry does not let the node read it: check the pull secret')
  })

  it('makes the kubelet pull with the login that is given, and shows it to nobody', async () => {
    const deployed = await world.deploy(login(reader.password))
    expect(deployed.failure).toBe('')
    expect(deployed.outputs).toMatchObject({ status: 'deployed', digest: digestOf(image) })
    const auth = Buffer.from(`${reader.username}:${reader.password}`).toString('base64')
    expect(await writtenSecret()).toEqual({
      type: 'kubernetes.io/dockerconfigjson',
      logins: { auths: { [host]: { username: reader.username, password: reader.password, auth } } },
    })
    const { logged, summary, annotations, masked } = deployed
    const told = JSON.stringify([logged, summary, annotations])
    expect(told).not.toContain(reader.password)
    expect(told).not.toContain(auth)
    expect(masked).toEqual(expect.arrayContaining([reader.password, auth]))
  })

  it('writes it anew with each deployment, whose plan its login is no part of', async () => {
    const planned = await world.deploy({ ...login('other'), mode: 'diff-exit-code' })
    expect(planned.failure).toBe('')
    expect(planned.summary.join()).toContain('would be written anew first')
    const again = await world.deploy(login('renewed'))
    expect(again.outputs).toMatchObject({
      status: 'unchanged',
      'plan-hash': planned.outputs['plan-hash'],
    })
    expect(JSON.stringify((await writtenSecret()).logins)).toContain('"renewed"')
  })

  it('counts as a change where it was not there', async () => {
    await world.kubectl('delete', 'secret/registry')
    const given = { ...login(reader.password), mode: 'diff-exit-code' }
    expect((await world.deploy(given)).failure).toContain('a pull secret created.')
    const { outputs } = await world.deploy(login(reader.password))
    expect(outputs).toMatchObject({ status: 'unchanged', changed: 'true' })
  })

  it('leaves Secrets alone that are not its own, or for another registry', async () => {
    await world.kubectl('create', 'secret', 'generic', 'foreign')
    const foreign = await world.deploy({ ...login('x'), 'pull-secret': 'foreign' })
    expect(foreign.failure).toContain('"pull-secret": got "foreign", is the name of a Secret that')
    const elsewhere = image.replace(host, 'registry.example.com')
    const other = await world.deploy({ ...login('x'), image: elsewhere })
    expect(other.failure).toContain(`is the pull secret for "${host}", and the image is of`)
  })

  it.each([
    {
      name: 'a login without a pull secret',
      given: { 'pull-secret': '' },
      says: ['"pull-secret-username": is only used with', '"pull-secret-password": is only used'],
    },
    {
      name: 'a user without a password',
      given: { 'pull-secret-password': '' },
      says: ['"pull-secret-password": is required with "pull-secret-username"'],
    },
    {
      name: 'a password without a user',
      given: { 'pull-secret-username': '' },
      says: ['"pull-secret-username": is required with "pull-secret-password"'],
    },
    {
      name: 'no login to a registry that is not OCIR',
      given: { 'pull-secret-username': '', 'pull-secret-password': '' },
      says: [`"pull-secret-username": is required with "pull-secret": "${host}" is not OCIR`],
    },
  ])('refuses $name', async ({ given, says }) => {
    const { failure } = await world.deploy({ ...login('x'), ...given })
    for (const said of says) expect(failure).toContain(said)
  })

  it('logs in to OCIR by itself, and warns that such a login ends', async () => {
    if (lab.kubernetes === undefined) throw new Error('This test needs a cluster.')
    const { server, caFile, admin } = lab.kubernetes
    const [ca = '', cert = '', key = ''] = await Promise.all(
      [caFile, admin.certificateFile, admin.keyFile].map((file) => readFile(file, 'utf8')),
    )
    await using oke = await startFakeOke({
      apiServer: { url: new URL(server), tls: { ca, cert, key } },
      grants: ['use clusters', 'read repos'],
    })
    await world.write('idle/app.yml', application().replace('replicas: 2', 'replicas: 0'))
    const runner = recordingRunner({
      folder: world.folder,
      inputs: world.inputs({
        ...oke.inputs,
        manifests: 'idle',
        release: 'idle',
        'pull-secret': 'ocir',
        image: `iad.ocir.io/acme/hello@sha256:${'a'.repeat(64)}`,
      }),
      environment: { ...lab.environment, ...oke.environment },
    })
    await world.kubectl('delete', 'deployment/hello', 'service/hello')
    expect(await main(runner).then(() => '', messageOf)).toBe('')
    const secret = await world.kubectl('get', 'secret/ocir', '--output=jsonpath={.data}')
    const [encoded = ''] = /[\w+/=]{40,}/.exec(secret) ?? []
    expect(Buffer.from(encoded, 'base64').toString()).toContain(
      `"username":"BEARER_TOKEN","password":"${oke.registryToken}"`,
    )
    const warning = /^Pull secret "ocir" ends at 20\d\d-.+Z: a pod that starts later, on a node/
    expect(runner.annotations).toEqual([
      expect.objectContaining({ level: 'warning', message: expect.stringMatching(warning) }),
    ])
    expect(runner.summary.join()).toContain('Pull secret "ocir" ends at ')
    expect(runner.masked).toContain(oke.registryToken)
  })
})
