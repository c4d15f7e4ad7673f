import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { recordingRunner, startFaultyProxy, startLanes } from '@oke-pipeline/testing'
import type { Ends, ProxyTarget, RecordingRunner, Step } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { connectCluster } from '../src/client/cluster.ts'
import type { Cluster } from '../src/client/cluster.ts'
import { accessOf, parseKubeconfig } from '../src/client/kubeconfig.ts'
import { holderOf, leaseReference } from '../src/lock/lease.ts'
import { takeLock } from '../src/lock/take-lock.ts'

const namespace = `lock-${randomBytes(3).toString('hex')}`
let kubeconfig = ''
let target: ProxyTarget
let ends: Ends

beforeAll(async () => {
  kubeconfig = await readFile(currentLab().kubernetes?.kubeconfig ?? '', 'utf8')
  target = targetOf(kubeconfig)
  await connect().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  ends = startLanes(scenarios.map((scenario) => [scenario]))
})

afterAll(() => connect().delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }))

function ports(): RecordingRunner {
  return recordingRunner({ folder: 'unused' })
}

/** The lab's cluster, or what stands in front of it. */
function connect(through?: URL): Cluster {
  const access = accessOf(parseKubeconfig(kubeconfig), undefined)
  if (through === undefined) return connectCluster(access, ports())
  const { name } = access.user
  const cluster = { ...access.cluster, server: through.href }
  return connectCluster({ ...access, cluster, user: { name } }, ports())
}

function targetOf(text: string): ProxyTarget {
  const { cluster, user } = accessOf(parseKubeconfig(text), undefined)
  const plain = (data = ''): string => Buffer.from(data, 'base64').toString('utf8')
  const tls = { ca: plain(cluster.caData), cert: plain(user.certData), key: plain(user.keyData) }
  return { url: new URL(cluster.server), tls }
}

type Request = (holder: string, waitSeconds: number) => Parameters<typeof takeLock>[1]

/** Requests for the lock of a release. */
function requestsFor(release: string): Request {
  return (holder, waitSeconds) => ({ locked: { namespace, release }, holder, waitSeconds })
}

// Each is about a release of its own; they wait for the lock most of the time, and do it together.
const scenarios: readonly Step[] = [
  {
    name: 'is not taken from a run that is alive, and its holder is named',
    async run() {
      const request = requestsFor('alive')
      const noted = ports()
      const alive = await takeLock(connect(), request('the living', 0), noted)
      await expect(takeLock(connect(), request('another', 27), noted)).rejects.toThrow(
        /Another run is deploying "alive" .*After 27 s, the living \(since .*"lock-timeout"/,
      )
      expect(alive.lost.aborted).toBe(false)
      expect(noted.logged.join('\n')).toMatch(/^Waiting for the lock of "alive": the living/)
      await alive.release()
      const next = await takeLock(connect(), request('another', 0), noted)
      await next.release()
    },
  },
  {
    name: 'is taken over from a run that died, once it has stood still, and at once by its own post',
    async run() {
      const request = requestsFor('dead')
      const noted = ports()
      const dead = await takeLock(connect(), request('the dead', 0), noted)
      await dead.leave()
      const post = await takeLock(connect(), request('the dead', 0), noted)
      await post.leave()
      const start = Date.now()
      const next = await takeLock(connect(), request('the next', 60), noted)
      expect((Date.now() - start) / 1000).toBeGreaterThanOrEqual(20)
      expect(noted.logged.at(-1)).toMatch(/^the dead has not renewed its lock for 2\d s/)
      await next.release()
    },
  },
  {
    name: 'is given up by a holder that cannot renew it, before others think that it is dead',
    async run() {
      const request = requestsFor('cut-off')
      await using proxy = await startFaultyProxy(target)
      const noted = ports()
      const cutOff = await takeLock(connect(proxy.url), request('the cut off', 0), noted)
      const fault = { kind: 'answer', status: 503 } as const
      proxy.add({ method: 'PUT', path: /leases/, fault, times: 1000 })
      const next = takeLock(connect(), request('the next', 60), noted)
      await new Promise((resolve) => cutOff.lost.addEventListener('abort', resolve))
      expect(cutOff.lost.reason).toMatchObject({
        title: 'The lock of the release "cut-off" was lost',
      })
      expect(holderOf(await connect().get(leaseReference({ namespace, release: 'cut-off' })))).toBe(
        'the cut off',
      )
      await (await next).release()
      await cutOff.release()
    },
  },
  {
    name: 'survives answers that are lost on their way',
    async run() {
      const request = requestsFor('unlucky')
      await using proxy = await startFaultyProxy(target)
      const noted = ports()
      const fault = { kind: 'cut-answer', afterBytes: 0 } as const
      proxy.add({ method: 'PUT', path: /leases/, fault, times: 2 })
      const lock = await takeLock(connect(proxy.url), request('the unlucky', 30), noted)
      await expect(takeLock(connect(), request('another', 12), noted)).rejects.toThrow(
        'the unlucky',
      )
      expect(proxy.faults()).toBe(2)
      expect(lock.lost.aborted).toBe(false)
      await lock.release()
    },
  },
]

describe('the lock of a release', () => {
  it.each(scenarios)('$name', ({ name }) => ends.get(name))
})
