import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../command.ts'
import { addBridge } from '../container-bridges.ts'
import type { Contribution, GroupContext, GroupDefinition } from '../group.ts'
import { requiredExecutable, systemPath } from '../provision/on-path.ts'

/** Docker's engine, with an image store, containers and networks of the lab's own. */
export interface DockerDetails {
  /** Where the engine listens: `unix:///…`; DOCKER_HOST is this. */
  readonly address: string
}

/**
 * Debian's docker.io, which docker.io (the registry) is the lab's registry to. Ports are published
 * by its proxy program, so that the machine's packet filter stays as it is; containers therefore
 * reach each other and the machine, and nothing beyond.
 */
export const group: GroupDefinition<'docker'> = {
  name: 'docker',
  requires: ['registry'],
  systemPackages: [
    { package: 'docker.io', file: 'dockerd' },
    { package: 'iptables', file: 'iptables' },
  ],
  parts: [],
  start: startDocker,
}

async function startDocker(context: GroupContext): Promise<Contribution<'docker'>> {
  const address = `unix://${join(context.directory, 'docker.sock')}`
  const configuration = await writeConfiguration(context, address)
  await addBridge(context.addresses)
  context.spawn('dockerd', requiredExecutable('dockerd'), ['--config-file', configuration])
  const client = requiredExecutable('docker')
  const version = await context.waitFor(
    'docker to answer',
    async () =>
      context.run(client, ['--host', address, 'version', '--format', '{{.Server.Version}}']),
    30,
  )
  context.onStop(async () => removeContainers(client, address))
  return {
    details: { address },
    environment: { DOCKER_HOST: address },
    versions: { dockerd: version.trim().replace(/\+.*/, '') },
  }
}

async function writeConfiguration(context: GroupContext, address: string): Promise<string> {
  const { directory, addresses } = context
  const file = join(directory, 'daemon.json')
  // The sockets of containers lie below it, and their paths may not be long.
  const running = join(directory, 'x')
  await mkdir(running)
  const configuration = {
    hosts: [address],
    'data-root': join(directory, 'data'),
    'exec-root': running,
    pidfile: join(directory, 'dockerd.pid'),
    'storage-driver': 'overlay2',
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    'cgroup-parent': context.cgroup,
    'registry-mirrors': [`http://${context.contribution('registry').host}`],
    bridge: addresses.bridgeName,
    'default-address-pools': [{ base: addresses.bridgeRange, size: 26 }],
    iptables: false,
    ip6tables: false,
    'ip-forward': false,
    'ip-masq': false,
    'userland-proxy': true,
    'oom-score-adjust': 0,
  }
  await writeFile(file, JSON.stringify(configuration, undefined, 2))
  return file
}

/** Networks, whose interfaces are the machine's, and containers, whose mounts keep folders busy. */
async function removeContainers(client: string, address: string): Promise<void> {
  const environment = { PATH: systemPath(), DOCKER_HOST: address }
  const run = async (...args: readonly string[]): Promise<string> =>
    runCommand(client, args, { environment })
  const containers = (await run('ps', '--all', '--quiet')).split('\n').filter((id) => id !== '')
  if (containers.length > 0) await run('rm', '--force', '--volumes', ...containers)
  await run('network', 'prune', '--force')
}
