import { access } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { Addresses } from './addresses.ts'
import { runCommand, tryCommand } from './command.ts'

/** Links the node's network namespace to the machine, and lets programs in it use the lab's ports on 127.0.0.1. */
export async function linkNodeNetwork(
  holder: number,
  addresses: Addresses,
  busybox: string,
): Promise<void> {
  const { interfaceName, hostAddress, nodeAddress, linkPrefixLength } = addresses
  const inNode = async (...command: readonly string[]): Promise<void> => {
    await runCommand('nsenter', ['--target', String(holder), '--net', ...command])
  }
  await removeInterface(interfaceName)
  await runCommand('ip', [
    'link',
    'add',
    interfaceName,
    'type',
    'veth',
    'peer',
    'name',
    'eth0',
    'netns',
    String(holder),
  ])
  await runCommand('ip', [
    'address',
    'add',
    `${hostAddress}/${linkPrefixLength}`,
    'dev',
    interfaceName,
  ])
  await runCommand('ip', ['link', 'set', interfaceName, 'up'])
  await inNode('ip', 'link', 'set', 'lo', 'up')
  await inNode('ip', 'address', 'add', `${nodeAddress}/${linkPrefixLength}`, 'dev', 'eth0')
  await inNode('ip', 'link', 'set', 'eth0', 'up')
  for (const range of [addresses.podRange, addresses.serviceRange]) {
    await runCommand('ip', ['route', 'add', range, 'via', nodeAddress, 'dev', interfaceName])
  }
  await inNode(
    busybox,
    'sysctl',
    '-w',
    'net.ipv4.ip_forward=1',
    'net.ipv4.conf.all.route_localnet=1',
  )
  await letServicesReachTheirOwnPods(inNode, busybox)
  await redirectLoopback(inNode, addresses)
}

/** Removes the machine's side of a link; the other side goes with it. */
export async function removeInterface(interfaceName: string): Promise<void> {
  const { exitCode } = await tryCommand('ip', ['link', 'show', 'dev', interfaceName])
  if (exitCode !== 0) return
  const { exitCode: deleted, stderr } = await tryCommand('ip', [
    'link',
    'delete',
    'dev',
    interfaceName,
  ])
  // It may vanish on its own in between, together with the namespace of its other end.
  if (deleted !== 0 && !stderr.includes('Cannot find device')) {
    throw new Error(`Cannot remove the network interface "${interfaceName}": ${stderr.trim()}.`)
  }
}

/** Makes a port of the machine's loopback interface reachable from the node, at the machine's end of the link, as long as this process lives. */
export async function forwardPort(hostAddress: string, port: number): Promise<void> {
  const server = createServer({ pauseOnConnect: true }, (incoming) => {
    const outgoing = connect({ host: '127.0.0.1', port })
    const close = (): void => {
      incoming.destroy()
      outgoing.destroy()
    }
    incoming.on('error', close).on('close', close)
    outgoing.on('error', close).on('close', close)
    incoming.pipe(outgoing)
    outgoing.pipe(incoming)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: hostAddress, port }, resolve)
  })
}

/** A registry is 127.0.0.1:PORT in an image's name, and that must mean the same to the node's containerd. */
async function redirectLoopback(
  inNode: (...command: readonly string[]) => Promise<void>,
  addresses: Addresses,
): Promise<void> {
  const ports = `${addresses.firstPort}:${addresses.lastPort}`
  const rule = ['--wait', '--table', 'nat', '--append']
  const toLoopback = ['--destination', '127.0.0.1', '--protocol', 'tcp', '--dport', ports]
  await inNode(
    'iptables',
    ...rule,
    'OUTPUT',
    ...toLoopback,
    '--jump',
    'DNAT',
    '--to-destination',
    addresses.hostAddress,
  )
  const translated = ['--source', '127.0.0.1', '--destination', addresses.hostAddress]
  await inNode('iptables', ...rule, 'POSTROUTING', ...translated, '--jump', 'MASQUERADE')
}

/** Without this a pod cannot reach, through a service, a pod on the same bridge. */
async function letServicesReachTheirOwnPods(
  inNode: (...command: readonly string[]) => Promise<void>,
  busybox: string,
): Promise<void> {
  try {
    await access('/proc/sys/net/bridge/bridge-nf-call-iptables')
  } catch {
    // The module is not loaded (or not there, on kernels that have it built in otherwise): try, and go on without.
    const { exitCode } = await tryCommand('modprobe', ['br_netfilter'])
    if (exitCode !== 0) return
  }
  await inNode(busybox, 'sysctl', '-w', 'net.bridge.bridge-nf-call-iptables=1')
}
