import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Addresses } from '../addresses.ts'
import type { GroupContext, KeyPair } from '../group.ts'
import { type ApiClient, createApiClient } from './api-client.ts'
import { type ClusterAddress, writeKubeconfig } from './kubeconfig.ts'
import { apiServer, controllerManager, etcd, scheduler } from './parts.ts'

/** A running control plane. */
export interface ControlPlane extends ClusterAddress {
  readonly port: number
  readonly admin: KeyPair
  readonly client: ApiClient
}

/** Starts etcd, API server, controller manager and scheduler on the machine's loopback interface. */
export async function startControlPlane(
  context: GroupContext,
  addresses: Addresses,
): Promise<ControlPlane> {
  const [etcdUrl, port] = await Promise.all([startEtcd(context), context.freePort()])
  const cluster = { server: `https://127.0.0.1:${port}`, caFile: context.authority.certificateFile }
  const [admin, serviceAccountKey] = await Promise.all([
    context.authority.issue('admin', { commonName: 'lab-admin', organization: 'system:masters' }),
    createServiceAccountKey(context.directory),
  ])
  await startApiServer(context, addresses, { etcdUrl, port, serviceAccountKey })
  const client = await createApiClient(cluster, admin)
  await startControllers(context, cluster, serviceAccountKey)
  await context.waitFor(
    'the API server to be ready',
    async () => (await client.get('/readyz')) === 'ok',
    60,
  )
  return { ...cluster, port, admin, client }
}

async function startEtcd(context: GroupContext): Promise<string> {
  const [clientPort, peerPort] = [await context.freePort(), await context.freePort()]
  const clientUrl = `http://127.0.0.1:${clientPort}`
  const peerUrl = `http://127.0.0.1:${peerPort}`
  context.spawn('etcd', await context.provide(etcd), [
    ...['--name', 'lab', '--data-dir', join(context.directory, 'etcd'), '--log-level', 'warn'],
    ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', `lab=${peerUrl}`],
    // The lab's data need not survive a power failure.
    '--unsafe-no-fsync',
  ])
  return clientUrl
}

async function createServiceAccountKey(directory: string): Promise<KeyPair> {
  const files = {
    certificateFile: join(directory, 'service-account.pub'),
    keyFile: join(directory, 'service-account.key'),
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await Promise.all([
    writeFile(files.certificateFile, publicKey.export({ type: 'spki', format: 'pem' })),
    writeFile(files.keyFile, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 }),
  ])
  return files
}

interface ApiServerSettings {
  readonly etcdUrl: string
  readonly port: number
  readonly serviceAccountKey: KeyPair
}

async function startApiServer(
  context: GroupContext,
  addresses: Addresses,
  settings: ApiServerSettings,
): Promise<void> {
  const { authority } = context
  const [server, kubeletClient] = await Promise.all([
    authority.issue('kube-apiserver', {
      commonName: 'kube-apiserver',
      hosts: [
        ...['127.0.0.1', 'localhost', addresses.hostAddress, addresses.apiServiceAddress],
        ...[
          'kubernetes',
          'kubernetes.default',
          'kubernetes.default.svc',
          'kubernetes.default.svc.cluster.local',
        ],
      ],
    }),
    authority.issue('kubelet-client', {
      commonName: 'kube-apiserver',
      organization: 'system:masters',
    }),
  ])
  context.spawn('kube-apiserver', await context.provide(apiServer), [
    `--etcd-servers=${settings.etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${settings.port}`,
    `--advertise-address=${addresses.hostAddress}`,
    `--cert-dir=${context.directory}`,
    `--tls-cert-file=${server.certificateFile}`,
    `--tls-private-key-file=${server.keyFile}`,
    `--client-ca-file=${authority.certificateFile}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${settings.serviceAccountKey.certificateFile}`,
    `--service-account-signing-key-file=${settings.serviceAccountKey.keyFile}`,
    `--service-cluster-ip-range=${addresses.serviceRange}`,
    `--kubelet-certificate-authority=${authority.certificateFile}`,
    `--kubelet-client-certificate=${kubeletClient.certificateFile}`,
    `--kubelet-client-key=${kubeletClient.keyFile}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--profiling=false',
  ])
}

async function startControllers(
  context: GroupContext,
  cluster: ClusterAddress,
  serviceAccountKey: KeyPair,
): Promise<void> {
  const common = [
    ...['--leader-elect=false', '--secure-port=0', '--profiling=false'],
    // The usual limits, made for large clusters, cost this one five seconds when it starts.
    ...['--kube-api-qps=500', '--kube-api-burst=1000'],
  ]
  const kubeconfig = async (name: string): Promise<string> => {
    const keyPair = await context.authority.issue(name, { commonName: `system:${name}` })
    return writeKubeconfig(join(context.directory, `${name}.kubeconfig`), cluster, {
      name,
      keyPair,
    })
  }
  context.spawn('kube-controller-manager', await context.provide(controllerManager), [
    `--kubeconfig=${await kubeconfig('kube-controller-manager')}`,
    ...common,
    `--service-account-private-key-file=${serviceAccountKey.keyFile}`,
    `--root-ca-file=${cluster.caFile}`,
    '--use-service-account-credentials=true',
    // A node that has just come up is usable at once instead of after the next look.
    '--node-monitor-period=1s',
  ])
  context.spawn('kube-scheduler', await context.provide(scheduler), [
    `--kubeconfig=${await kubeconfig('kube-scheduler')}`,
    ...common,
  ])
}
