import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, makeWorld, serving } from './world.ts'
import type { Deployed, World } from './world.ts'

const suffix = randomBytes(3).toString('hex')
const storageClass = `late-${suffix}`
const group = `test-${suffix}.example`

const claim = (name: string, className: string): string =>
  manifest('v1', 'PersistentVolumeClaim', name, {
    storageClassName: className,
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Mi' } },
  })

function manifest(apiVersion: string, kind: string, name: string, spec: object): string {
  return `---\n${JSON.stringify({ apiVersion, kind, metadata: { name }, spec })}\n`
}

const balanced = manifest('v1', 'Service', 'NAME', {
  type: 'LoadBalancer',
  selector: { app: 'NAME' },
  ports: [{ port: 80 }],
})

const definition = manifest(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  `things.${group}`,
  {
    group,
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
)

const address = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } } }
const isReady = { type: 'Ready', status: 'True', reason: 'Made', message: '' }

/** Crashes the first time, as what waits for a database does. */
const crashingOnce =
  'if [ -e /kept/been ]; then while true; do sleep 0.2; done; fi; echo first > /kept/been; exit 5'
const kept = [
  '          volumeMounts: [{ name: kept, mountPath: /kept }]',
  '      volumes: [{ name: kept, emptyDir: {} }]',
].join('\n')

interface Case {
  readonly name: string
  readonly manifests: string
  readonly given?: Readonly<Record<string, string>>
  readonly script?: string
  /** What controllers would do that the lab has not. */
  readonly meanwhile?: () => Promise<unknown>
}

const cases: readonly Case[] = [
  {
    name: 'balanced',
    manifests: balanced.replaceAll('NAME', 'balanced'),
    meanwhile: () => patchStatus('service/balanced', address),
  },
  {
    name: 'unbalanced',
    manifests: balanced.replaceAll('NAME', 'unbalanced'),
    meanwhile: () => reportLimit('unbalanced'),
  },
  { name: 'late-claim', manifests: claim('late', storageClass) },
  { name: 'lost-claim', manifests: claim('lost', `absent-${suffix}`) },
  {
    name: 'custom',
    manifests: manifest(`${group}/v1`, 'Thing', 'thing', {}),
    meanwhile: async () => {
      await patchStatus(`things.${group}/thing`, {
        status: { conditions: [{ ...isReady, status: 'False', reason: 'Making' }] },
      })
      await until(() => loggedOf('custom').includes('Making'))
      return patchStatus(`things.${group}/thing`, { status: { conditions: [isReady] } })
    },
  },
  { name: 'patient', manifests: '', script: crashingOnce, given: { 'max-restarts': '2' } },
  { name: 'strict', manifests: '', script: crashingOnce, given: { 'max-restarts': '0' } },
]

let world: World
let runs: ReadonlyMap<string, Deployed>
const logs = new Map<string, string[]>()

beforeAll(async () => {
  world = await makeWorld('kinds')
  await world.write('cluster/class.yml', lateClass)
  await world.write('cluster/definition.yml', definition)
  await world.kubectl('apply', '--filename', `${world.folder}/workspace/cluster`)
  await world.kubectl('wait', '--for=condition=Established', `crd/things.${group}`)
  const pairs = cases.map(async (each) => [each.name, await run(each)] as const)
  runs = new Map(await Promise.all(pairs))
}, 180_000)

afterAll(async () => {
  await world.kubectl('delete', 'storageclass', storageClass)
  await world.kubectl('delete', 'crd', `things.${group}`, '--wait=false')
  await world.close()
})

const lateClass = JSON.stringify({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: storageClass },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
})

async function run({ name, manifests, given, script, meanwhile }: Case): Promise<Deployed> {
  const app = application({
    name,
    ...(script === undefined ? {} : { hasProbe: false, extra: kept }),
  })
  await world.write(`${name}/app.yml`, app.replace(/^---\napiVersion: v1\nkind: Service[^]*/m, ''))
  if (manifests !== '') await world.write(`${name}/more.yml`, manifests)
  const image = await world.image(script ?? serving, name)
  const lines: string[] = []
  logs.set(name, lines)
  const deploying = world.deploy({ image, manifests: name, release: name, ...given }, undefined, {
    lines,
  })
  await Promise.race([deploying, meanwhile?.()])
  return deploying
}

function loggedOf(name: string): string {
  return (logs.get(name) ?? []).join('\n')
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries += 1) {
    if (tries > 300) throw new Error('It did not come to be so')
    await wait(100)
  }
}

async function exists(what: string): Promise<boolean> {
  return world.kubectl('get', what).then(
    () => true,
    () => false,
  )
}

async function patchStatus(what: string, patch: object): Promise<string> {
  await until(() => exists(what))
  const text = JSON.stringify(patch)
  return world.kubectl('patch', what, '--subresource=status', '--type=merge', `--patch=${text}`)
}

/** What OCI's cloud controller says where the tenancy may have no more load balancers. */
async function reportLimit(name: string): Promise<string> {
  await until(() => exists(`service/${name}`))
  const uid = await world.kubectl('get', `service/${name}`, '--output=jsonpath={.metadata.uid}')
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `limit-${suffix}`, namespace: world.namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Service', name, namespace: world.namespace, uid },
    type: 'Warning',
    reason: 'SyncLoadBalancerFailed',
    message:
      'Error syncing load balancer: failed to ensure load balancer: Error Code: LimitExceeded. The limit lb-flexible-count is exceeded',
    lastTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
  }
  await world.write('event.yml', JSON.stringify(event))
  return world.kubectl('create', '--filename', `${world.folder}/workspace/event.yml`)
}

describe('deploy-oke waits', () => {
  it('until a load balancer has an address', () => {
    expect(runs.get('balanced')?.failure).toBe('')
    expect(runs.get('balanced')?.summary.join('')).toMatch(/Service\/balanced \| –/)
  })

  it('until a custom resource says that it is ready', () => {
    expect(runs.get('custom')?.failure).toBe('')
    expect(loggedOf('custom')).toContain('Thing/thing: is not ready: Making')
  })

  it('not for a volume that is bound only once a pod uses it', () => {
    expect(runs.get('late-claim')?.failure).toBe('')
  })

  it('for what restarts, within its budget', () => {
    expect(runs.get('patient')?.failure).toBe('')
  })
})

describe('deploy-oke fails within seconds, and says why, with', () => {
  it('a load balancer that the tenancy may not have', () => {
    expect(runs.get('unbalanced')?.failure).toMatch(
      /Service\/unbalanced: It gets no load balancer \(SyncLoadBalancerFailed\): .*LimitExceeded/,
    )
  })

  it('a claim for a class of volumes that is not there', () => {
    expect(runs.get('lost-claim')?.failure).toMatch(
      /PersistentVolumeClaim\/lost: It gets no volume \(ProvisioningFailed\): .*absent-\w+" not found/,
    )
  })

  it('a restart over the budget', () => {
    expect(runs.get('strict')?.failure).toMatch(
      /container "web" (?:exited with 5|was restarted too often) \(TooManyRestarts\)/,
    )
  })
})

describe('deploy-oke refuses, before anything is done,', () => {
  it('to wait for longer than it may take', async () => {
    await world.write('hasty/app.yml', application({ name: 'hasty' }))
    const image = await world.image(serving, 'hasty')
    const given = { image, manifests: 'hasty', timeout: '30s', 'min-ready': '1m' }
    const { failure, states } = await world.deploy(given)
    expect(failure).toContain(
      '"min-ready": got "60s", must be shorter than "timeout", which is 30 s',
    )
    expect(states).toEqual({})
  })
})
