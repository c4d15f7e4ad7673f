import { runLabel } from './container-spec.ts'
import type { ContainerSpec, Entry, NetworkPlace } from './container-spec.ts'
import type { RuntimeName } from './runtime.ts'

/**
 * The arguments that make a container. Podman runs it as well: its attached start would look for
 * the end of the container only twice a second. Capabilities, limits and network are the engine's
 * own, close to those of a pod without a security context, so that the image meets here what it
 * meets there.
 */
export function containerArguments(runtime: RuntimeName, spec: ContainerSpec): readonly string[] {
  return [
    ...commandOf[runtime],
    ...['--name', spec.name],
    ...['--label', `${runLabel}=${spec.run}`],
    ...['--pull', 'never'],
    ...option('--env-file', spec.environmentFile),
    ...Object.keys(spec.inherited).flatMap((name) => ['--env', name]),
    ...option('--user', spec.user),
    ...readOnlyArguments(runtime, spec.isReadOnly),
    // As in Kubernetes, there is no swap that a limit would not count.
    ...option('--memory', spec.memory),
    ...option('--memory-swap', spec.memory),
    ...networkArguments(spec.network),
    ...publishArguments(spec),
    ...entrypointArguments(runtime, spec.entry),
    spec.image,
    ...argumentsOf(runtime, spec.entry),
  ]
}

const commandOf: Readonly<Record<RuntimeName, readonly string[]>> = {
  docker: ['create'],
  // The engine would hand the proxy variables of the job to the container.
  podman: ['run', '--log-driver', 'k8s-file', '--http-proxy=false', '--sig-proxy=false'],
  nerdctl: ['create'],
}

function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value]
}

/** Kubernetes gives a read-only container no writable /tmp and /run; podman would. */
function readOnlyArguments(runtime: RuntimeName, isReadOnly: boolean): readonly string[] {
  if (!isReadOnly) return []
  return runtime === 'podman' ? ['--read-only', '--read-only-tmpfs=false'] : ['--read-only']
}

function networkArguments(place: NetworkPlace | undefined): readonly string[] {
  switch (place?.kind) {
    case undefined:
      return []
    case 'network':
      return ['--network', place.network, '--network-alias', place.alias]
    case 'shared':
      return place.names.flatMap((name) => ['--add-host', `${name}:127.0.0.1`])
    case 'joined':
      return ['--network', `container:${place.container}`]
  }
}

/** Ports belong to the network: whoever joins one has none of its own. */
function publishArguments({ network, published }: ContainerSpec): readonly string[] {
  if (network?.kind === 'joined') return []
  return published.flatMap((port) => ['--publish', `127.0.0.1::${port}`])
}

/** Docker takes one program here; podman takes all of it, and would read `[` as a list. */
function entrypointArguments(runtime: RuntimeName, entry: Entry): readonly string[] {
  if (entry.kind === 'image') return []
  const [program = ''] = entry.command
  return ['--entrypoint', runtime === 'podman' ? JSON.stringify(entry.command) : program]
}

function argumentsOf(runtime: RuntimeName, entry: Entry): readonly string[] {
  if (entry.kind === 'image') return entry.args
  return runtime === 'podman' ? [] : entry.command.slice(1)
}

/** The arguments that start a container that was made, and pass on what it writes until it ends. */
export function attachedStartArguments(container: string): readonly string[] {
  return ['start', '--attach', container]
}

/** The arguments that remove containers, running or not, with the volumes that the image made. */
export function removeContainersArguments(
  runtime: RuntimeName,
  containers: readonly string[],
): readonly string[] {
  // Podman would keep a container whose network another one has joined.
  const podman = runtime === 'podman' ? ['--ignore', '--depend', '--time', '0'] : []
  return ['rm', '--force', '--volumes', ...podman, ...containers]
}

/** The arguments that list the containers of a run. */
export function listContainersArguments(run: string): readonly string[] {
  return ['ps', '--all', '--quiet', '--filter', `label=${runLabel}=${run}`]
}

/** The arguments that list the networks of a run. */
export function listNetworksArguments(run: string): readonly string[] {
  return ['network', 'ls', '--quiet', '--filter', `label=${runLabel}=${run}`]
}

/** The arguments that make a network of a run. */
export function createNetworkArguments(network: string, run: string): readonly string[] {
  return ['network', 'create', '--label', `${runLabel}=${run}`, network]
}

/** The arguments that keep the file system of a container as an image of the run. */
export function commitArguments(container: string, image: string): readonly string[] {
  return ['commit', container, image]
}
