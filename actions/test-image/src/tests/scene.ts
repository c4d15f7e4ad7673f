import { removeContainersArguments } from '../runtime/arguments.ts'
import type { ContainerSpec, Entry, NetworkPlace } from '../runtime/container-spec.ts'
import { endedWithin, startContainer } from '../runtime/container.ts'
import type { Container } from '../runtime/container.ts'
import { handOver } from '../runtime/environment.ts'
import type { ContainerOptions } from '../suite/suite.ts'
import type { Workbench } from './workbench.ts'

/** Where one test takes place: its containers, and the network that they share. */
export interface Scene {
  readonly bench: Workbench
  /** Beginning of the names of all that the test makes. */
  readonly prefix: string
  /** How the container of the image is placed; undefined without services. */
  readonly network: NetworkPlace | undefined
  /** The container whose published ports are those of the image’s: itself, unless it joined one. */
  readonly portHolder: string | undefined
  /** Containers that were started and are to be removed. */
  readonly started: Container[]
  /** Networks that were made and are to be removed. */
  readonly networks: string[]
}

/** How a container of the image differs from the others of its test. */
export interface Role {
  /** End of its name. */
  readonly name: string
  readonly entry: Entry
  readonly published?: readonly number[]
  /** In place of the image under test: one that setup commands made of it. */
  readonly image?: string
}

/** Starts a container of the image under test. */
export async function startImage(
  scene: Scene,
  options: ContainerOptions,
  role: Role,
): Promise<Container> {
  const { bench, prefix, network } = scene
  const spec: ContainerSpec = {
    name: `${prefix}-${role.name}`,
    run: bench.run,
    image: role.image ?? bench.image.reference,
    ...(await handOver({ ...bench.secrets, ...options.environment }, bench.ports.files)),
    user: options.user,
    isReadOnly: options.isReadOnly,
    memory: options.memory,
    network,
    published: role.published ?? [],
    entry: role.entry,
  }
  return start(scene, spec)
}

/** Starts a container, to be removed with the scene. */
export function start(scene: Scene, spec: ContainerSpec): Container {
  const { runtime, ports } = scene.bench
  const container = startContainer(runtime, spec, ports)
  // Whoever waits for it hears of a failure; nobody may, after the job was cancelled.
  container.ended.catch(() => undefined)
  scene.started.push(container)
  return container
}

/** A client that has not noticed by then that its container is gone is not waited for. */
const longestEndSeconds = 20

/**
 * Ends what a test has left running, and waits until the runtime is done with it. Containers that
 * have ended hold nothing but disk, and are removed all at once at the end of the run.
 */
export async function leave({ bench, started, networks }: Scene): Promise<void> {
  const { runtime, ports } = bench
  // Nothing can be run any more once the job is cancelled: `post` does it then.
  if (ports.signal.aborted) return
  const running = await runningOf(started, ports)
  if (running.length > 0) await end(running)
  if (networks.length > 0) await run(['network', 'rm', ...networks])

  async function end(names: readonly string[]): Promise<void> {
    // Podman's client sees a container end at once, but is slow to see that it was removed.
    if (runtime.name === 'podman') {
      await run(['kill', ...names])
      await untilEnded(started, ports)
    }
    await run(removeContainersArguments(runtime.name, names))
    await untilEnded(started, ports)
  }

  // What does not go now is removed, and told of, at the end of the run.
  async function run(args: readonly string[]): Promise<void> {
    await ports.exec.run({ file: runtime.name, args })
  }
}

async function untilEnded(
  containers: readonly Container[],
  ports: Workbench['ports'],
): Promise<void> {
  await Promise.allSettled(containers.map((one) => endedWithin(one, longestEndSeconds, ports)))
}

async function runningOf(
  containers: readonly Container[],
  ports: Workbench['ports'],
): Promise<readonly string[]> {
  const ends = await Promise.allSettled(containers.map((one) => endedWithin(one, 0, ports)))
  return containers.flatMap(({ name }, index) => {
    const end = ends[index]
    return end?.status === 'fulfilled' && end.value === undefined ? [name] : []
  })
}
