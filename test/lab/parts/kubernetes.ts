import { join } from 'node:path'
import { createCgroup } from '../cgroups.ts'
import type { Contribution, GroupContext, GroupDefinition, KeyPair, PartGroup } from '../group.ts'
import {
  type ContainerRuntime,
  describeRegistry,
  startContainerRuntime,
} from '../kubernetes/container-runtime.ts'
import { type ControlPlane, startControlPlane } from '../kubernetes/control-plane.ts'
import { writeKubeconfig } from '../kubernetes/kubeconfig.ts'
import { isUsable } from '../kubernetes/node-status.ts'
import { nodeName, startNode } from '../kubernetes/node.ts'
import {
  apiServer,
  controllerManager,
  etcd,
  kubeProxy,
  kubelet,
  kubernetesVersion,
  scheduler,
} from '../kubernetes/parts.ts'
import { forwardPort, linkNodeNetwork } from '../node-network.ts'
import { requiredExecutable } from '../provision/on-path.ts'

/** A Kubernetes cluster of one node. It has no DNS: the lab's pods find each other by service address. */
export interface KubernetesDetails {
  /** File with an administrator's credentials. */
  readonly kubeconfig: string
  /** `https://127.0.0.1:PORT` */
  readonly server: string
  readonly caFile: string
  /** The administrator's certificate, for what speaks to the API server without a kubeconfig. */
  readonly admin: KeyPair
  readonly nodeName: string
  /** The node's address on the link between it and the machine; services' and pods' addresses are reachable from the machine too. */
  readonly nodeAddress: string
  /** The machine's address on that link: what pods can reach of the machine. */
  readonly hostAddress: string
  readonly containerdSocket: string
}

/** What the node must know of a registry in order to pull from it. */
interface RegistryAccess {
  readonly host: string
  readonly caFile?: string
  readonly ports: readonly number[]
}

const registries = [
  'registry',
  'secure-registry',
  'referrers-registry',
] as const satisfies readonly PartGroup[]

/** A real control plane and a real node: kubelet, containerd, runc, kube-proxy. */
export const group: GroupDefinition<'kubernetes'> = {
  name: 'kubernetes',
  requires: [],
  after: registries,
  systemPackages: [
    { package: 'busybox-static', file: 'busybox' },
    { package: 'containerd', file: 'containerd' },
    { package: 'containernetworking-plugins', file: '/usr/lib/cni/bridge' },
    { package: 'iptables', file: 'iptables' },
    { package: 'runc', file: 'runc' },
  ],
  parts: [etcd, apiServer, controllerManager, scheduler, kubelet, kubeProxy],
  start: startKubernetes,
}

async function startKubernetes(context: GroupContext): Promise<Contribution<'kubernetes'>> {
  const { addresses } = context
  const [holder] = await Promise.all([context.createNodeNetwork(), createCgroup(context.cgroup)])
  await linkNodeNetwork(holder, addresses, requiredExecutable('busybox'))
  const [controlPlane, runtime] = await Promise.all([
    startControlPlane(context, addresses),
    startContainerRuntime(context, addresses),
    connectRegistries(context),
  ])
  await forwardPort(addresses.hostAddress, controlPlane.port)
  await startNode(context, addresses, controlPlane, runtime)
  const { client } = controlPlane
  await context.waitFor('the node to be ready', async () => isUsable(client, nodeName), 90)
  return contribution(context, controlPlane, runtime)
}

async function contribution(
  context: GroupContext,
  controlPlane: ControlPlane,
  runtime: ContainerRuntime,
): Promise<Contribution<'kubernetes'>> {
  const { server, caFile, admin } = controlPlane
  const file = join(context.directory, 'admin.kubeconfig')
  const kubeconfig = await writeKubeconfig(file, controlPlane, {
    name: 'lab-admin',
    keyPair: admin,
  })
  const { nodeAddress, hostAddress } = context.addresses
  return {
    details: {
      kubeconfig,
      server,
      caFile,
      admin,
      nodeName,
      nodeAddress,
      hostAddress,
      containerdSocket: runtime.socket,
    },
    environment: { KUBECONFIG: kubeconfig },
    versions: {
      kubernetes: kubernetesVersion,
      etcd: etcd.version,
      containerd: await containerdVersion(context),
    },
  }
}

/** The node takes the lab's ports on 127.0.0.1 for the machine's: somebody has to pass them on, and to say what speaks there. */
async function connectRegistries(context: GroupContext): Promise<void> {
  const details = registries.flatMap((name) => context.optionalContribution(name) ?? [])
  await Promise.all(details.map(async (registry) => connectRegistry(context, registry)))
}

async function connectRegistry(context: GroupContext, registry: RegistryAccess): Promise<void> {
  const { host, caFile, ports } = registry
  const { hostAddress } = context.addresses
  await describeRegistry(context.directory, host, caFile)
  await Promise.all(ports.map(async (port) => forwardPort(hostAddress, port)))
}

async function containerdVersion(context: GroupContext): Promise<string> {
  return (await context.run('containerd', ['--version'])).split(' ')[2] ?? 'unknown'
}
