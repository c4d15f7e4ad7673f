import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Addresses } from '../addresses.ts'
import type { GroupContext } from '../group.ts'
import type { ContainerRuntime } from './container-runtime.ts'
import { type ClusterAddress, writeKubeconfig } from './kubeconfig.ts'
import { kubeProxy, kubelet } from './parts.ts'

/** Name of the lab's only node. */
export const nodeName = 'lab-node'

/** Starts kubelet and kube-proxy in the node's network namespace. */
export async function startNode(
  context: GroupContext,
  addresses: Addresses,
  cluster: ClusterAddress,
  runtime: ContainerRuntime,
): Promise<void> {
  await Promise.all([
    startKubelet(context, addresses, cluster, runtime),
    startProxy(context, addresses, cluster),
  ])
}

async function startKubelet(
  context: GroupContext,
  addresses: Addresses,
  cluster: ClusterAddress,
  runtime: ContainerRuntime,
): Promise<void> {
  const keyPair = await context.authority.issue('kubelet', {
    commonName: `system:node:${nodeName}`,
    organization: 'system:nodes',
    hosts: [nodeName, addresses.nodeAddress],
  })
  const kubeconfig = join(context.directory, 'kubelet.kubeconfig')
  await writeKubeconfig(kubeconfig, cluster, { name: `system:node:${nodeName}`, keyPair })
  const configuration = join(context.directory, 'kubelet.json')
  const settings = {
    ...(await kubeletFolders(context.directory)),
    containerRuntimeEndpoint: `unix://${runtime.socket}`,
    clusterDNS: [addresses.dnsServiceAddress],
    tlsCertFile: keyPair.certificateFile,
    tlsPrivateKeyFile: keyPair.keyFile,
    authentication: { x509: { clientCAFile: cluster.caFile }, anonymous: { enabled: false } },
    cgroupRoot: context.cgroup,
  }
  await writeFile(configuration, JSON.stringify(kubeletConfiguration(settings), undefined, 2))
  context.spawn(
    'kubelet',
    await context.provide(kubelet),
    [
      `--config=${configuration}`,
      `--kubeconfig=${kubeconfig}`,
      `--root-dir=${join(context.directory, 'kubelet')}`,
      `--cert-dir=${join(context.directory, 'kubelet-pki')}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${addresses.nodeAddress}`,
    ],
    { network: 'node' },
  )
}

async function kubeletFolders(directory: string): Promise<Readonly<Record<string, string>>> {
  const resolvConf = join(directory, 'resolv.conf')
  const folders = {
    podLogsDir: join(directory, 'pod-logs'),
    volumePluginDir: join(directory, 'volume-plugins'),
    staticPodPath: join(directory, 'static-pods'),
  }
  await Promise.all(Object.values(folders).map(async (folder) => mkdir(folder)))
  // Pods reach nothing outside of the lab, so they get no name server of the machine's either.
  await writeFile(resolvConf, '')
  return { ...folders, resolvConf }
}

function kubeletConfiguration(
  settings: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    cgroupDriver: 'cgroupfs',
    clusterDomain: 'cluster.local',
    serializeImagePulls: false,
    // What follows makes the kubelet content with a machine that is not a node of its own:
    // it must not evict, reserve or clean up because of what else the machine does,
    // and may lack CAP_SYS_RESOURCE or run with swap or control groups of version 1.
    enforceNodeAllocatable: [],
    evictionHard: {},
    failSwapOn: false,
    failCgroupV1: false,
    featureGates: { KubeletInUserNamespace: true },
    imageGCHighThresholdPercent: 100,
    localStorageCapacityIsolation: false,
    makeIPTablesUtilChains: false,
    nodeStatusUpdateFrequency: '5s',
    ...settings,
  }
}

async function startProxy(
  context: GroupContext,
  addresses: Addresses,
  cluster: ClusterAddress,
): Promise<void> {
  const name = 'system:kube-proxy'
  const keyPair = await context.authority.issue('kube-proxy', { commonName: name })
  const kubeconfig = join(context.directory, 'kube-proxy.kubeconfig')
  await writeKubeconfig(kubeconfig, cluster, { name, keyPair })
  context.spawn(
    'kube-proxy',
    await context.provide(kubeProxy),
    [
      `--kubeconfig=${kubeconfig}`,
      '--proxy-mode=iptables',
      `--cluster-cidr=${addresses.podRange}`,
      `--hostname-override=${nodeName}`,
      // Limits of connection tracking are the machine's, not the lab's, to set.
      '--conntrack-max-per-core=0',
    ],
    { network: 'node' },
  )
}
