import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand } from '../command.ts'
import type { GroupContext } from '../group.ts'
import { requiredExecutable, systemPath } from '../provision/on-path.ts'
import type { SystemPackage } from '../provision/system-packages.ts'

const programs = ['buildah', 'podman'] as const

/** buildah and podman come from the distribution. */
export const containerTools = {
  systemPackages: [
    { package: 'buildah', file: 'buildah' },
    { package: 'podman', file: 'podman' },
    { package: 'slirp4netns', file: 'slirp4netns' },
  ] satisfies readonly SystemPackage[],
  versions: async (context: GroupContext): Promise<Readonly<Record<string, string>>> => {
    const outputs = await Promise.all(
      programs.map(
        async (name) => [name, await context.run(requiredExecutable(name), ['--version'])] as const,
      ),
    )
    return Object.fromEntries(
      outputs.map(([name, output]) => [name, /\d+\.\d+\.\d+/.exec(output)?.[0] ?? 'unknown']),
    )
  },
} as const

/**
 * Puts buildah and podman into the lab's PATH folder, with a storage of the lab's own, and gives the variables that
 * point them at it. They run in the lab's namespaces, those of the process `insider`: containers that a killed action
 * leaves behind end with the lab, and so do their mounts.
 */
export async function offerContainerTools(
  context: GroupContext,
  insider: number,
  mirror: string,
): Promise<Readonly<Record<string, string>>> {
  const directory = join(context.directory, 'containers')
  await Promise.all(
    ['storage', 'engine', 'copy'].map(async (folder) =>
      mkdir(join(directory, folder), { recursive: true }),
    ),
  )
  const environment = await writeConfiguration(directory, mirror)
  for (const name of programs) await writeWrapper(context, name, insider)
  context.onStop(async () => {
    const removal = ['rm', '--all', '--force', '--time', '0']
    await runCommand(join(context.binDirectory, 'podman'), removal, {
      environment: { PATH: systemPath(), ...environment },
    })
  })
  return environment
}

async function writeConfiguration(
  directory: string,
  mirror: string,
): Promise<Readonly<Record<string, string>>> {
  const files = {
    CONTAINERS_STORAGE_CONF: ['storage.conf', storageConfiguration(directory)],
    CONTAINERS_CONF: ['containers.conf', engineConfiguration(directory)],
    CONTAINERS_REGISTRIES_CONF: ['registries.conf', registriesConfiguration(mirror)],
  } as const
  const written = Object.entries(files).map(async ([variable, [name, content]]) => {
    const file = join(directory, name)
    await writeFile(file, content)
    return [variable, file] as const
  })
  return Object.fromEntries(await Promise.all(written))
}

/**
 * A path of at most 50 characters, whatever the lab's name: with a longer one, podman 4.3 cannot
 * hear a container end, and every attached run takes 20 s more.
 */
function runRootOf(directory: string): string {
  return join(dirname(directory), 'r')
}

function storageConfiguration(directory: string): string {
  return `[storage]
driver = "overlay"
graphroot = "${join(directory, 'storage')}"
runroot = "${runRootOf(directory)}"
`
}

/**
 * runc, because crun refuses hybrid control groups; the limits, because a machine may not allow to raise its own;
 * slirp4netns, because it publishes ports without touching the machine's bridges and packet filter.
 */
function engineConfiguration(directory: string): string {
  return `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
log_driver = "k8s-file"
netns = "slirp4netns"

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "${join(directory, 'engine')}"
image_copy_tmp_dir = "${join(directory, 'copy')}"
`
}

function registriesConfiguration(mirror: string): string {
  return `unqualified-search-registries = ["docker.io"]
short-name-mode = "disabled"

[[registry]]
prefix = "docker.io"
location = "docker.io"

[[registry.mirror]]
location = "${mirror}"
insecure = true

[[registry]]
location = "${mirror}"
insecure = true
`
}

/** A process in another process namespace does not get our signals, so it has to die with the one that entered it. */
async function writeWrapper(context: GroupContext, name: string, insider: number): Promise<void> {
  const program = requiredExecutable(name)
  const file = join(context.binDirectory, name)
  const enter = `nsenter --target ${insider} --pid --mount`
  const inPlace = `env --chdir "$PWD" setpriv --pdeathsig KILL "${program}" "$@"`
  await writeFile(file, `#!/bin/sh\nexec ${enter} ${inPlace}\n`)
  await chmod(file, 0o755)
}
