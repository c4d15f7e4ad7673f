import { readFile } from 'node:fs/promises'
import * as net from 'node:net'
import * as tls from 'node:tls'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { certifyServer, recordingRunner } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { connectCluster } from '../src/client/cluster.ts'
import type { Cluster } from '../src/client/cluster.ts'
import { accessOf, parseKubeconfig } from '../src/client/kubeconfig.ts'
import type { KubeconfigAccess } from '../src/client/kubeconfig.ts'

let direct: KubeconfigAccess

beforeAll(async () => {
  const kubeconfig = await readFile(currentLab().kubernetes?.kubeconfig ?? '', 'utf8')
  direct = accessOf(parseKubeconfig(kubeconfig), undefined)
})

const kubeSystem = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }

/** A way to the lab's API server that shows how it is used, and can be cut. */
interface Relay extends AsyncDisposable {
  readonly server: string
  /** Every connection that was made. */
  readonly connections: net.Socket[]
}

async function startRelay(server: net.Server, connections: net.Socket[]): Promise<Relay> {
  server.on('connection', (socket) => connections.push(socket))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The relay has no port')
  return {
    server: `https://127.0.0.1:${address.port}`,
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}

function join(near: net.Socket, far: net.Socket): void {
  near.on('error', () => far.destroy()).on('close', () => far.destroy())
  far.on('error', () => near.destroy()).on('close', () => near.destroy())
  near.pipe(far).pipe(near)
}

/** Passes bytes on as they are. */
async function startWire(): Promise<Relay> {
  const { hostname: host, port } = new URL(direct.cluster.server)
  const server = net.createServer((near) => join(near, net.connect({ host, port: Number(port) })))
  return startRelay(server, [])
}

function plain(data = ''): string {
  return Buffer.from(data, 'base64').toString('utf8')
}

const certified = certifyServer('IP:127.0.0.1')

/** Ends TLS, and speaks nothing newer than HTTP/1.1 to either side. */
async function startOldServer(): Promise<Relay> {
  const { cluster, user } = direct
  const { hostname: host, port } = new URL(cluster.server)
  const server = tls.createServer(
    { cert: certified.certificate, key: certified.privateKey, ALPNProtocols: ['http/1.1'] },
    (near) => {
      const far = tls.connect({
        host,
        port: Number(port),
        ca: plain(cluster.caData),
        cert: plain(user.certData),
        key: plain(user.keyData),
        ALPNProtocols: ['http/1.1'],
      })
      join(near, far)
    },
  )
  return startRelay(server, [])
}

function connect(server: string, changed: Partial<KubeconfigAccess['cluster']> = {}): Cluster {
  const cluster = { ...direct.cluster, server, ...changed }
  return connectCluster({ ...direct, cluster }, recordingRunner({ folder: 'unused' }))
}

async function readAtOnce(cluster: Cluster, requests: number): Promise<readonly string[]> {
  const answers = await Promise.all(Array.from({ length: requests }, () => cluster.get(kubeSystem)))
  return answers.map((answer) => answer?.metadata.name ?? '')
}

describe('connectCluster', () => {
  it('sends requests that run side by side over one connection', async () => {
    await using wire = await startWire()
    const cluster = connect(wire.server)
    expect(await readAtOnce(cluster, 40)).toEqual(Array(40).fill('kube-system'))
    expect(await readAtOnce(cluster, 2)).toEqual(Array(2).fill('kube-system'))
    expect(wire.connections).toHaveLength(1)
    expect(await readAtOnce(cluster.apart(), 1)).toEqual(['kube-system'])
    expect(wire.connections).toHaveLength(2)
  })

  it('opens another connection when one is cut while it waits for answers', async () => {
    await using wire = await startWire()
    const cluster = connect(wire.server)
    await readAtOnce(cluster, 1)
    const answers = readAtOnce(cluster, 40)
    wire.connections[0]?.destroy()
    expect(await answers).toEqual(Array(40).fill('kube-system'))
    expect(wire.connections).toHaveLength(2)
    expect(await readAtOnce(cluster, 1)).toEqual(['kube-system'])
  })

  it('speaks HTTP/1.1 to a server that knows nothing newer', async () => {
    await using old = await startOldServer()
    const caData = Buffer.from(certified.authority).toString('base64')
    const cluster = connect(old.server, { caData })
    expect(await readAtOnce(cluster, 3)).toEqual(Array(3).fill('kube-system'))
    // One was to find out.
    expect(old.connections).toHaveLength(4)
  })

  it('says that the certificate is not of the authority that the kubeconfig gives', async () => {
    await using old = await startOldServer()
    await expect(readAtOnce(connect(old.server), 1)).rejects.toThrow(
      /It is not signed by the authority/,
    )
  })

  it('ends a request that is cancelled while it waits', async () => {
    await using wire = await startWire()
    const cancelled = new AbortController()
    const cluster = connect(wire.server).until(cancelled.signal)
    await readAtOnce(cluster, 1)
    wire.connections[0]?.pause()
    const answer = cluster.get(kubeSystem)
    cancelled.abort(new Error('cancelled by a person'))
    await expect(answer).rejects.toThrow('cancelled by a person')
  })
})
