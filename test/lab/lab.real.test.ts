import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { runCommand } from './command.ts'
import { type Lab, createDeployer, findLab, startLab, stopRecordedLab } from './index.ts'
import { type LabRecord, readRecord } from './lab-record.ts'
import { findLeftovers } from './leftovers.ts'
import { requiredExecutable } from './provision/on-path.ts'
import { writeImageLayout } from './tiny-image.ts'
import { waitFor } from './wait-for.ts'

const minute = 60_000
const greeting = 'hello from a pod'

describe('two labs side by side', () => {
  let first: Lab
  let second: Lab
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oke-lab-test-'))
    const parts = ['kubernetes', 'registry', 'secure-registry', 'kubectl', 'skopeo'] as const
    ;[first, second] = await Promise.all([startLab({ parts }), startLab({ parts })])
  }, 20 * minute)

  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()])
    await rm(folder, { recursive: true })
  }, minute)

  it('have names, ports and addresses of their own', () => {
    expect(first.name).not.toBe(second.name)
    expect(first.registry?.host).not.toBe(second.registry?.host)
    expect(first.kubernetes?.server).not.toBe(second.kubernetes?.server)
    expect(first.kubernetes?.nodeAddress).not.toBe(second.kubernetes?.nodeAddress)
  })

  it(
    'run pods from their own registry, by digest',
    async () => {
      for (const lab of [first, second]) {
        const image = await pushImage(lab, join(folder, lab.name))
        await deploy(lab, 'hello', image)
        const imageIds = await kubectl(lab, [
          ...['get', 'pods', '--selector', 'app=hello', '--output'],
          'jsonpath={range .items[*]}{.status.containerStatuses[0].imageID}{"\\n"}{end}',
        ])
        expect(imageIds.trim().split('\n')).toEqual([image, image])
      }
    },
    3 * minute,
  )

  it('have logs, commands in containers, and services', async () => {
    await waitFor(
      'the log of the pod',
      async () => (await kubectl(first, ['logs', 'deployment/hello'])).includes(greeting),
      { timeoutSeconds: 20 },
    )
    const inPod = ['exec', 'deployment/hello', '--', '/bin/busybox']
    await expect(kubectl(first, [...inPod, 'echo', 'ran'])).resolves.toBe('ran\n')
    const service = await kubectl(first, [
      ...['get', 'service', 'hello', '--output', 'jsonpath={.spec.clusterIP}'],
    ])
    await expect(kubectl(first, [...inPod, 'nc', '-w', '5', service, '80'])).resolves.toBeDefined()
  })

  it(
    'pull from the registry with TLS and tokens, with a pull secret only',
    async () => {
      const { host, reader } = required(first.secureRegistry)
      const image = await pushSecured(first, join(folder, 'secured'), 'secured')
      // Another image, because the node would not ask the registry for one that it has.
      const other = await pushSecured(first, join(folder, 'unsecured'), 'unsecured')
      await kubectl(first, [
        ...['create', 'secret', 'docker-registry', 'pull', `--docker-server=${host}`],
        ...[`--docker-username=${reader.username}`, `--docker-password=${reader.password}`],
      ])
      await deploy(first, 'secured', image, { pullSecret: 'pull' })
      await expect(deploy(first, 'unsecured', other, { timeoutSeconds: 4 })).rejects.toThrow(
        'timed out',
      )
      await expect(
        kubectl(first, ['get', 'events', '--output', 'jsonpath={.items[*].message}']),
      ).resolves.toMatch(/authorization failed|401|no basic auth/)
    },
    2 * minute,
  )

  it('give a deployer rights in its namespace and nowhere else', async () => {
    const file = join(folder, 'deployer.kubeconfig')
    await writeFile(file, await createDeployer(required(first.kubernetes), 'dev'))
    const asDeployer = async (args: readonly string[]): Promise<string> =>
      runCommand('kubectl', ['--kubeconfig', file, ...args], { environment: first.environment })
    await expect(asDeployer(['create', 'configmap', 'mine'])).resolves.toContain('created')
    await expect(asDeployer(['get', 'pods', '--namespace', 'default'])).rejects.toThrow('forbidden')
  })

  it(
    'leave nothing behind, and the other lab alone',
    async () => {
      const record = await recordOf(first.name)
      await first.stop()
      await expect(findLeftovers(record)).resolves.toEqual([])
      await expect(readRecord(first.name)).resolves.toBeUndefined()
      await expect(kubectl(second, ['get', 'pods'])).resolves.toContain('hello')
    },
    minute,
  )
})

describe('a lab whose owner is killed', () => {
  it(
    'takes itself down',
    async () => {
      const name = uniqueName('owner')
      const owner = await startOwner(name)
      const record = await recordOf(name)
      owner.kill('SIGKILL')
      await expectNothingLeft(record)
    },
    10 * minute,
  )
})

describe('a lab whose keeper is killed', () => {
  it(
    'loses its programs at once and is cleaned up by "down"',
    async () => {
      const name = uniqueName('keeper')
      await startOwner(name)
      const record = await recordOf(name)
      process.kill(record.keeper.pid, 'SIGKILL')
      await waitFor('the programs to end', async () => !(await hasPrograms(record)), {
        timeoutSeconds: 20,
      })
      await expect(findLab(name)).resolves.toBeUndefined()
      await stopRecordedLab(name)
      await expectNothingLeft(record)
    },
    10 * minute,
  )
})

describe('startLab', () => {
  it('refuses a name that is taken, and leaves that lab alone', async () => {
    const name = uniqueName('name')
    const lab = await startLab({ parts: ['registry'], name })
    await expect(startLab({ parts: ['registry'], name })).rejects.toThrow(
      `Cannot start a lab "${name}": there is one of that name.`,
    )
    const { host } = required(lab.registry)
    await expect(fetch(`http://${host}/v2/`)).resolves.toHaveProperty('status', 200)
    await lab.stop()
  })

  it('takes down what was started when it is aborted', async () => {
    const name = uniqueName('abort')
    const controller = new AbortController()
    const starting = startLab({ parts: ['kubernetes'], name, signal: controller.signal })
    const record = await waitFor('the record', async () => readRecord(name), {
      timeoutSeconds: 20,
      intervalMilliseconds: 10,
    })
    controller.abort()
    await expect(starting).rejects.toThrow()
    await expect(findLeftovers(record)).resolves.toEqual([])
  }, 30_000)
})

const owners: ChildProcess[] = []

afterEach(() => {
  for (const owner of owners.splice(0)) owner.kill('SIGKILL')
})

function uniqueName(purpose: string): string {
  return `t-${purpose}-${process.pid}`
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The lab lacks a part that this test asked for.')
  return value
}

async function recordOf(name: string): Promise<LabRecord> {
  return required(await readRecord(name))
}

async function kubectl(lab: Lab, args: readonly string[], input = ''): Promise<string> {
  return runCommand('kubectl', args, { environment: lab.environment, input })
}

async function pushImage(lab: Lab, layout: string): Promise<string> {
  const { host } = required(lab.registry)
  return push(lab, layout, `${host}/hello`, ['--dest-tls-verify=false'])
}

async function pushSecured(lab: Lab, layout: string, name: string): Promise<string> {
  const { host, username, password, caFile } = required(lab.secureRegistry)
  const certificates = `${layout}-certificates`
  await runCommand('mkdir', [certificates])
  await runCommand('cp', [caFile, join(certificates, 'ca.crt')])
  const options = [`--dest-cert-dir=${certificates}`, `--dest-creds=${username}:${password}`]
  return push(lab, layout, `${host}/${name}`, options)
}

async function push(
  lab: Lab,
  layout: string,
  repository: string,
  options: readonly string[],
): Promise<string> {
  const digest = await writeImageLayout(layout, {
    name: `${repository}:1`,
    files: { 'bin/busybox': requiredExecutable('busybox') },
    command: [
      '/bin/busybox',
      'sh',
      '-c',
      `echo ${greeting}, ${repository}; exec busybox httpd -f -p 8080 -h /bin`,
    ],
  })
  await runCommand(
    'skopeo',
    [
      ...['copy', '--insecure-policy', '--preserve-digests', ...options],
      ...[`oci:${layout}:1`, `docker://${repository}:1`],
    ],
    { environment: lab.environment },
  )
  return `${repository}@${digest}`
}

interface DeployOptions {
  readonly pullSecret?: string
  readonly timeoutSeconds?: number
}

async function deploy(
  lab: Lab,
  name: string,
  image: string,
  { pullSecret, timeoutSeconds = 60 }: DeployOptions = {},
): Promise<void> {
  const labels = { app: name }
  const objects = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            imagePullSecrets: pullSecret === undefined ? [] : [{ name: pullSecret }],
            containers: [
              {
                name,
                image,
                readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
                resources: { requests: { cpu: '10m' }, limits: { memory: '64Mi' } },
              },
            ],
            terminationGracePeriodSeconds: 0,
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ]
  const list = { apiVersion: 'v1', kind: 'List', items: objects }
  await kubectl(lab, ['apply', '--filename', '-'], JSON.stringify(list))
  await kubectl(lab, ['rollout', 'status', `deployment/${name}`, `--timeout=${timeoutSeconds}s`])
}

async function startOwner(name: string): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'owner-for-tests.ts')
  const owner = spawn(process.execPath, [program, name, 'kubernetes', 'registry'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  owners.push(owner)
  await once(owner.stdout, 'data')
  return owner
}

async function hasPrograms(record: LabRecord): Promise<boolean> {
  return (await findLeftovers(record)).some((line) => line.startsWith('process '))
}

async function expectNothingLeft(record: LabRecord): Promise<void> {
  await waitFor(
    'the lab to be gone',
    async () => {
      const leftovers = await findLeftovers(record)
      if (leftovers.length > 0) throw new Error(leftovers.join('\n'))
      return true
    },
    { timeoutSeconds: 30 },
  )
}
