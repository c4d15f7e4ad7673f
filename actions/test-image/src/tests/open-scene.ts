import { createNetworkArguments } from '../runtime/arguments.ts'
import type { NetworkPlace } from '../runtime/container-spec.ts'
import { handOver } from '../runtime/environment.ts'
import { refused } from '../runtime/runtime-refusal.ts'
import type { Readiness, Service } from '../suite/suite.ts'
import { start } from './scene.ts'
import type { Scene } from './scene.ts'
import { portFinder, waitUntilReady } from './wait-until-ready.ts'
import type { Workbench } from './workbench.ts'

/** The ports on which a container is asked whether it is ready. */
export function portsOf(readiness: Readiness | undefined): readonly number[] {
  return readiness?.kind === 'port' || readiness?.kind === 'http' ? [readiness.port] : []
}

/** A scene without anything in it yet. */
export function emptyScene(bench: Workbench, prefix: string): Scene {
  return { bench, prefix, network: undefined, portHolder: undefined, started: [], networks: [] }
}

/**
 * Starts the services of a test, new ones on a network that nobody else is on, and waits until
 * they are ready. Docker and nerdctl make a network; with podman the containers share the network
 * of the first service, as those of a pod do, which needs neither root nor a name server.
 * @throws TestFailure when a service does not become ready.
 */
export async function withServices(
  scene: Scene,
  services: readonly Service[],
  published: readonly number[],
): Promise<Scene> {
  const [first, ...others] = services
  if (first === undefined) return scene
  const places = await makePlaces(scene, [first, ...others])
  const allPorts = [...published, ...services.flatMap(({ waitFor }) => portsOf(waitFor))]
  const isShared = places.first.kind === 'shared'
  await startService(scene, first, {
    network: places.first,
    published: isShared ? [...new Set(allPorts)] : portsOf(first.waitFor),
    portHolder: undefined,
  })
  const portHolder = isShared ? nameOf(scene, first) : undefined
  await Promise.all(
    others.map((service) =>
      startService(scene, service, {
        network: places.of(service.name),
        published: portsOf(service.waitFor),
        portHolder,
      }),
    ),
  )
  return { ...scene, network: places.of('app'), portHolder }
}

interface Places {
  readonly first: NetworkPlace
  of(name: string): NetworkPlace
}

async function makePlaces(
  scene: Scene,
  services: readonly [Service, ...Service[]],
): Promise<Places> {
  const { bench, prefix } = scene
  const [first] = services
  if (bench.runtime.name === 'podman') {
    const joined: NetworkPlace = { kind: 'joined', container: nameOf(scene, first) }
    return {
      first: { kind: 'shared', names: services.map(({ name }) => name) },
      of: () => joined,
    }
  }
  const network = `${prefix}-network`
  const file = bench.runtime.name
  const args = createNetworkArguments(network, bench.run)
  scene.networks.push(network)
  const { exitCode, stderr } = await bench.ports.exec.run({ file, args })
  if (exitCode !== 0) throw refused(file, `${file} could not make a network`, stderr)
  const of = (alias: string): NetworkPlace => ({ kind: 'network', network, alias })
  return { first: of(first.name), of }
}

function nameOf({ prefix }: Scene, { name }: Service): string {
  return `${prefix}-${name}`
}

interface Placement {
  readonly network: NetworkPlace
  readonly published: readonly number[]
  readonly portHolder: string | undefined
}

async function startService(scene: Scene, service: Service, placement: Placement): Promise<void> {
  const { bench } = scene
  const image = bench.services.get(service)
  if (image === undefined) throw new Error(`The image of service "${service.name}" was not loaded`)
  const name = nameOf(scene, service)
  const secrets = service.secretNames.map((secret): [string, string] => [
    secret,
    bench.secrets[secret] ?? '',
  ])
  const container = start(scene, {
    name,
    run: bench.run,
    image: image.reference,
    ...(await handOver(
      { ...service.environment, ...Object.fromEntries(secrets) },
      bench.ports.files,
    )),
    user: undefined,
    isReadOnly: false,
    memory: undefined,
    network: placement.network,
    published: placement.published,
    entry: { kind: 'image', args: service.args ?? [] },
  })
  const hostPortOf = portFinder(
    { container, image, portHolder: placement.portHolder ?? name },
    bench,
  )
  const { healthCheck } = image
  const starting = {
    container,
    image,
    healthCheck,
    hostPortOf,
    subject: `Service "${service.name}"`,
  }
  await waitUntilReady(starting, service.waitFor, { seconds: service.timeoutSeconds, bench })
}
