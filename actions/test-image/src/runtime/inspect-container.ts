import type { Ports } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { ClientEnd } from './container.ts'
import type { LoadedImage } from './image-source.ts'
import { otherImage } from './other-image.ts'
import type { Runtime } from './runtime.ts'

const bindings = v.nullish(v.array(v.object({ HostIp: v.string(), HostPort: v.string() })), [])

const inspectionSchema = v.tuple([
  v.object({
    Image: v.string(),
    ImageDigest: v.optional(v.string()),
    State: v.object({
      Status: v.string(),
      ExitCode: v.optional(v.number(), 0),
      OOMKilled: v.optional(v.boolean(), false),
      // No time at all, or the year 1, where it never ran.
      StartedAt: v.optional(v.string(), ''),
    }),
    NetworkSettings: v.nullish(v.object({ Ports: v.nullish(v.record(v.string(), bindings), {}) })),
  }),
])

/** What a runtime knows of a container. */
export interface ContainerFacts {
  readonly exitCode: number
  readonly isOutOfMemory: boolean
  readonly isRunning: boolean
  readonly hasRun: boolean
  /** What the runtime calls its image, by digest or name. */
  readonly imageNames: readonly string[]
  /** The port of 127.0.0.1 that leads to a port of the container. */
  readonly publishedPorts: ReadonlyMap<number, number>
}

/** Asks the runtime about a container; undefined when there is none. */
export async function inspectContainer(
  { name: runtime }: Pick<Runtime, 'name'>,
  container: string,
  { exec }: Pick<Ports, 'exec'>,
): Promise<ContainerFacts | undefined> {
  const args = ['container', 'inspect', container]
  const { exitCode, stdout } = await exec.run({ file: runtime, args })
  if (exitCode !== 0) return undefined
  const [{ Image, ImageDigest, State, NetworkSettings }] = v.parse(
    inspectionSchema,
    JSON.parse(stdout),
  )
  return {
    exitCode: State.ExitCode,
    isOutOfMemory: State.OOMKilled,
    isRunning: State.Status === 'running',
    hasRun: ['exited', 'stopped', 'running'].includes(State.Status) && hasStarted(State.StartedAt),
    imageNames: ImageDigest === undefined ? [Image] : [Image, ImageDigest],
    publishedPorts: portsOf(NetworkSettings?.Ports ?? {}),
  }
}

function hasStarted(at: string): boolean {
  return at !== '' && !at.startsWith('0001-')
}

function portsOf(
  ports: Readonly<Record<string, v.InferOutput<typeof bindings>>>,
): ReadonlyMap<number, number> {
  const entries = Object.entries(ports).flatMap(([port, hosts]): [number, number][] => {
    const here = hosts.find(({ HostIp }) => HostIp === '127.0.0.1')
    return here === undefined ? [] : [[Number.parseInt(port, 10), Number(here.HostPort)]]
  })
  return new Map(entries)
}

/** How the program in a container ended. */
export interface ContainerEnd {
  readonly exitCode: number
  readonly isOutOfMemory: boolean
  /** Whether it ran at all; the client’s exit status says what was wrong when it did not. */
  readonly hasRun: boolean
}

/**
 * What the runtime knows of the end of a container, which its exit status alone does not tell.
 * @throws GateError when it was a container of another image.
 */
export async function endOf(
  runtime: Runtime,
  { name, image }: { readonly name: string; readonly image: LoadedImage },
  client: ClientEnd,
  ports: Pick<Ports, 'exec'>,
): Promise<ContainerEnd> {
  const facts = client.isMade ? await inspectContainer(runtime, name, ports) : undefined
  // There is no container when the runtime would not even make one.
  if (facts === undefined) return { exitCode: client.exitCode, isOutOfMemory: false, hasRun: false }
  assertImage(runtime, image, facts)
  const { hasRun, isOutOfMemory } = facts
  // Of a program that could not be started, either the container or the client has the status.
  const exitCode = hasRun || facts.exitCode !== 0 ? facts.exitCode : client.exitCode
  return { exitCode, isOutOfMemory, hasRun }
}

/** @throws GateError when a container is one of another image. */
export function assertImage(
  runtime: Pick<Runtime, 'name'>,
  image: LoadedImage,
  { imageNames }: ContainerFacts,
): void {
  const { names } = image
  if (names.length === 0 || imageNames.some((name) => names.includes(name))) return
  throw otherImage(runtime.name, names, imageNames)
}
