import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Addresses } from '../addresses.ts'
import type { GroupContext } from '../group.ts'
import { requiredExecutable } from '../provision/on-path.ts'
import { writeImageArchive } from '../tiny-image.ts'

const sandboxImage = 'lab.local/sandbox:1'
const cniPlugins = '/usr/lib/cni'

/** A containerd of the lab's own. */
export interface ContainerRuntime {
  readonly socket: string
}

/** Starts containerd in the node's network namespace and gives it the image that holds a pod's namespaces. */
export async function startContainerRuntime(
  context: GroupContext,
  addresses: Addresses,
): Promise<ContainerRuntime> {
  const directory = join(context.directory, 'containerd')
  const folders = { cni: join(directory, 'cni'), registryHosts: join(directory, 'hosts') }
  await Promise.all(
    Object.values(folders).map(async (folder) => mkdir(folder, { recursive: true })),
  )
  const socket = join(directory, 'containerd.sock')
  const configuration = join(directory, 'config.toml')
  await Promise.all([
    writeFile(configuration, containerdConfiguration(directory, socket, folders)),
    writeFile(join(folders.cni, 'lab.conflist'), cniConfiguration(directory, addresses)),
  ])
  context.spawn('containerd', requiredExecutable('containerd'), ['--config', configuration], {
    network: 'node',
  })
  await importSandboxImage(context, directory, socket)
  return { socket }
}

/** Tells containerd how to speak to a registry; it looks at each pull. */
export async function describeRegistry(
  groupDirectory: string,
  host: string,
  caFile: string | undefined,
): Promise<void> {
  const directory = join(groupDirectory, 'containerd/hosts', host)
  const server = `${caFile === undefined ? 'http' : 'https'}://${host}`
  const trust = caFile === undefined ? '' : `ca = "${caFile}"\n`
  await mkdir(directory, { recursive: true })
  await writeFile(
    join(directory, 'hosts.toml'),
    `server = "${server}"\n\n[host."${server}"]\ncapabilities = ["pull", "resolve"]\n${trust}`,
  )
}

async function importSandboxImage(
  context: GroupContext,
  directory: string,
  socket: string,
): Promise<void> {
  const archive = join(directory, 'sandbox.tar')
  await writeImageArchive(archive, {
    name: sandboxImage,
    files: { 'bin/busybox': requiredExecutable('busybox') },
    command: ['/bin/busybox', 'sleep', '2147483647'],
  })
  const arguments_ = ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive]
  await context.waitFor(
    'containerd to take an image',
    async () => context.run('ctr', arguments_),
    30,
  )
}

function containerdConfiguration(
  directory: string,
  socket: string,
  folders: { readonly cni: string; readonly registryHosts: string },
): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"'
  return `version = 2
root = "${directory}/root"
state = "${directory}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]

[grpc]
address = "${socket}"

[plugins."io.containerd.internal.v1.opt"]
path = "${directory}/opt"

[${cri}]
sandbox_image = "${sandboxImage}"
restrict_oom_score_adj = true
disable_apparmor = true
netns_mounts_under_state_dir = true

[${cri}.containerd]
snapshotter = "overlayfs"
default_runtime_name = "runc"

[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
BinaryName = "${requiredExecutable('runc')}"
SystemdCgroup = false

[${cri}.cni]
bin_dir = "${cniPlugins}"
conf_dir = "${folders.cni}"

[${cri}.registry]
config_path = "${folders.registryHosts}"
`
}

function cniConfiguration(directory: string, addresses: Addresses): string {
  const configuration = {
    cniVersion: '0.4.0',
    name: 'lab',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: join(directory, 'addresses'),
          ranges: [[{ subnet: addresses.podRange }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }
  return JSON.stringify(configuration, undefined, 2)
}
