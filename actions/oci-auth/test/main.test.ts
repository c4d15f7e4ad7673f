import { createPublicKey } from 'node:crypto'
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { messageOf, readInputs, systemClock } from '@oke-pipeline/core'
import { findIdentity, fingerprintOf, identityInputs, principalPorts } from '@oke-pipeline/oci'
import { authenticateClusterToken, recordingRunner } from '@oke-pipeline/testing'
import { clusterCredential } from '../src/cluster-credential.ts'
import { post } from '../src/post.ts'
import {
  apiKey,
  cluster,
  describedRegion,
  filesBelow,
  startJob,
  tenancy,
  user,
  userKey,
} from './job.ts'

describe('oci-auth', () => {
  it('gives the job a session that other steps and tools can use', async () => {
    await using job = await startJob()
    const { runner, error } = await job.run()
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({
      identity: 'github-oidc',
      region: 'us-ashburn-1',
      tenancy,
      registry: '',
      kubeconfig: '',
    })
    const inputs = await readInputs(identityInputs, {
      input: () => undefined,
      mask: () => undefined,
    })
    const environment = { ...job.environment, ...runner.variables }
    const later = recordingRunner({ folder: job.folder, environment })
    const identity = await findIdentity(inputs, principalPorts(later))
    expect(identity).toMatchObject({ way: 'session-token', region: { id: 'us-ashburn-1' } })
    expect(identity.session).toMatchObject({ tenancy, subject: user })
  })

  it('writes a profile as OCI’s tools read it', async () => {
    await using job = await startJob()
    const { runner } = await job.run()
    const text = await readFile(runner.outputs['config-file'] ?? '', 'utf8')
    const folder = dirname(runner.outputs['config-file'] ?? '')
    expect(text.split('\n')).toEqual([
      '[DEFAULT]',
      'region=us-ashburn-1',
      `tenancy=${tenancy}`,
      `fingerprint=${fingerprintOf(createPublicKey(await readFile(`${folder}/key.pem`, 'utf8')))}`,
      `key_file=${folder}/key.pem`,
      `security_token_file=${folder}/token`,
      '',
    ])
    expect(runner.variables).toMatchObject({
      OCI_CLI_AUTH: 'security_token',
      OCI_CONFIG_FILE: runner.outputs['config-file'],
    })
  })

  it('lets nobody else read its files, and masks what is in them', async () => {
    await using job = await startJob()
    const { runner } = await job.run({ 'registry-login': 'true', cluster })
    const folder = dirname(runner.outputs['config-file'] ?? '')
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    const files = await filesBelow(folder)
    expect(files).toHaveLength(6)
    for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600)
    const { logged, summary, outputs, variables } = runner
    const said = JSON.stringify({ logged, summary, outputs, variables })
    for (const name of ['token', 'key.pem']) {
      const secret = (await readFile(join(folder, name), 'utf8')).trim()
      expect(runner.masked).toContain(secret)
      expect(said).not.toContain(secret.slice(40, 90))
    }
    expect(runner.masked).toContain('registry-token')
    expect(runner.masked).toContain(Buffer.from('BEARER_TOKEN:registry-token').toString('base64'))
  })

  it('removes everything afterwards, and nothing else', async () => {
    await using job = await startJob()
    const { runner } = await job.run({ 'registry-login': 'true', cluster })
    await post(runner)
    expect(await filesBelow(join(job.folder, 'temp'))).toEqual([])
    const keep = join(job.folder, 'keep')
    await mkdir(keep)
    const state = { 'session-folder': keep }
    await post(recordingRunner({ folder: job.folder, state }))
    expect((await stat(keep)).isDirectory()).toBe(true)
  })

  it('can be cleaned up after whatever it failed at', async () => {
    await using job = await startJob(['use clusters'])
    const { runner, error } = await job.run({ 'registry-login': 'true', cluster })
    expect(messageOf(error)).toContain('to read repos in compartment')
    expect(runner.variables).toEqual({})
    await post(runner)
    expect(await readdir(join(job.folder, 'temp'))).toEqual([])
  })

  it('logs docker in beside what the user has, and leaves the user’s own alone', async () => {
    await using job = await startJob()
    const own = join(job.folder, 'docker')
    await mkdir(join(own, 'buildx'), { recursive: true })
    await writeFile(join(own, 'buildx/current'), 'builder')
    const config = {
      auths: { 'ghcr.io': { auth: 'eA==' } },
      credsStore: 'desktop',
      aliases: { b: 'x' },
    }
    await writeFile(join(own, 'config.json'), JSON.stringify(config))
    const { runner } = await job.run({ 'registry-login': 'true', registry: 'iad.ocir.io' })
    const folder = runner.variables.DOCKER_CONFIG ?? ''
    expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toEqual({
      ...config,
      auths: {
        ...config.auths,
        'iad.ocir.io': { auth: Buffer.from('BEARER_TOKEN:registry-token').toString('base64') },
      },
      credHelpers: { 'iad.ocir.io': '' },
    })
    expect(await readFile(join(folder, 'buildx/current'), 'utf8')).toBe('builder')
    await post(runner)
    expect(await readFile(join(own, 'buildx/current'), 'utf8')).toBe('builder')
    expect(JSON.parse(await readFile(join(own, 'config.json'), 'utf8'))).toEqual(config)
  })

  it('gives kubectl a program that makes tokens the cluster takes', async () => {
    await using job = await startJob()
    const { runner } = await job.run({ cluster })
    const kubeconfig = JSON.parse(await readFile(runner.variables.KUBECONFIG ?? '', 'utf8')) as {
      clusters: { cluster: { server: string } }[]
      users: { user: { exec: { command: string; args: string[] } } }[]
    }
    expect(kubeconfig.clusters[0]?.cluster.server).toBe('https://127.0.0.1:1')
    const { command = '', args = [] } = kubeconfig.users[0]?.user.exec ?? {}
    expect(command).toBe(process.execPath)
    expect(args[1]).toBe('cluster-token')
    const credential = JSON.parse(await clusterCredential(args[2] ?? '', {}, systemClock)) as {
      status: { token: string; expirationTimestamp: string }
    }
    expect(credential).toMatchObject({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
    })
    const { token, expirationTimestamp } = credential.status
    expect(expirationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    const { identity } = job.oci
    expect(authenticateClusterToken(token, cluster, { identity, now: new Date() })).toBe(user)
  })

  it('says when the session of a kubeconfig has ended', async () => {
    await using job = await startJob()
    const { runner } = await job.run({ cluster })
    const file = join(dirname(runner.variables.KUBECONFIG ?? ''), 'cluster.json')
    const later = { ...systemClock, now: () => new Date(Date.now() + 3_601_000) }
    const credential = clusterCredential(file, {}, later)
    await expect(credential).rejects.toThrow('The OCI session of this job has ended')
  })

  it('never writes an API key down: the tools get a session with a key of its own', async () => {
    await using job = await startJob()
    const inputs = { 'oci-tenancy': tenancy, 'oci-user': user, 'oci-private-key': apiKey }
    const { runner, error } = await job.run({ ...inputs, 'oci-auth': 'api-key', cluster })
    expect(error).toBeUndefined()
    const folder = dirname(runner.outputs['config-file'] ?? '')
    const written = await readFile(join(folder, 'key.pem'), 'utf8')
    expect(createPublicKey(written).equals(userKey)).toBe(false)
    for (const file of await filesBelow(folder)) {
      expect(await readFile(file, 'utf8')).not.toContain(apiKey.slice(40, 90))
    }
    const credential = await clusterCredential(join(folder, 'cluster.json'), {}, systemClock)
    const { token } = (JSON.parse(credential) as { status: { token: string } }).status
    const { identity } = job.oci
    expect(authenticateClusterToken(token, cluster, { identity, now: new Date() })).toBe(user)
  })

  it('works with a cluster of another region than the session’s, and needs no other region', async () => {
    for (const region of ['fra', '']) {
      await using job = await startJob()
      const { runner, error } = await job.run({ cluster, 'oci-region': region })
      expect(error).toBeUndefined()
      const folder = runner.states['session-folder'] ?? ''
      const text = await readFile(join(folder, 'cluster.json'), 'utf8')
      expect(JSON.parse(text)).toMatchObject({ region: { id: 'us-ashburn-1' } })
    }
  })

  it('logs in to the registry of a region that only OCI_REGION_METADATA describes', async () => {
    await using job = await startJob()
    const registry = 'ocir.eu-acme-1.oci.cloud.acme.example'
    const given = { 'oci-region': '', 'registry-login': 'true', registry }
    const known = { OCI_CLI_REGION: 'eu-acme-1', OCI_REGION_METADATA: describedRegion }
    const { runner, error } = await job.run(given, known)
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ registry, region: 'eu-acme-1' })
    const { error: refused } = await job.run(given)
    expect(messageOf(refused)).toContain('expected a host of OCIR, such as iad.ocir.io')
  })

  it.each([
    {
      name: 'a cluster of another realm',
      inputs: { cluster: 'ocid1.cluster.oc2.luf.aaaa' },
      says: 'The cluster is not in the realm of us-ashburn-1',
    },
    {
      name: 'a registry of another region',
      inputs: { 'registry-login': 'true', registry: 'fra.ocir.io' },
      says: '"fra.ocir.io" is not the registry of us-ashburn-1',
    },
    {
      name: 'a registry without a login',
      inputs: { registry: 'iad.ocir.io' },
      says: 'is only used with "registry-login: true"',
    },
    { name: 'a cluster by its name', inputs: { cluster: 'prod' }, says: 'the OCID of a cluster' },
  ])('refuses $name', async ({ inputs, says }) => {
    await using job = await startJob()
    const { runner, error } = await job.run(inputs)
    expect(messageOf(error)).toContain(says)
    expect(runner.outputs).toEqual({})
  })

  it('reports a docker configuration that cannot be read', async () => {
    await using job = await startJob()
    await mkdir(join(job.folder, 'docker'))
    await writeFile(join(job.folder, 'docker/config.json'), '{')
    const { error } = await job.run({ 'registry-login': 'true' })
    expect(messageOf(error)).toContain('The configuration of docker')
  })
})
