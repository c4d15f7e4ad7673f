import { connect } from 'node:net'
import { ServiceError, secondsSince } from '@oke-pipeline/core'
import { endedWithin } from '../runtime/container.ts'
import type { ClientEnd, Container } from '../runtime/container.ts'
import { explainEnd } from '../runtime/explain-end.ts'
import type { HealthCheck } from '../runtime/image-settings.ts'
import type { LoadedImage } from '../runtime/image-source.ts'
import { assertImage, endOf, inspectContainer } from '../runtime/inspect-container.ts'
import type { Readiness } from '../suite/suite.ts'
import { TestFailure } from './outcome.ts'
import type { Workbench } from './workbench.ts'

/** A container that is waited for. */
export interface Starting {
  readonly container: Container
  readonly image: LoadedImage
  readonly healthCheck: HealthCheck | undefined
  /** `It`, or the name of a service. */
  readonly subject: string
  /** The port of this machine that leads to a port of the container; undefined until it is open. */
  readonly hostPortOf: (port: number) => Promise<number | undefined>
}

const intervalSeconds = 0.1
const requestSeconds = 5

/** How long something is waited for, and what it is called. */
export interface Waiting {
  readonly seconds: number
  /** The limit that the user knows, where `seconds` is what is left of it. */
  readonly limit?: number
  readonly bench: Workbench
  /** Completes "It did not …". */
  readonly goal: string
}

/**
 * Waits until something holds of a container that runs.
 * @returns the seconds that it took.
 * @throws TestFailure when the container ends before, or the time is up.
 */
export async function waitUntil(
  starting: Starting,
  attempt: () => Promise<string | undefined>,
  waiting: Waiting,
): Promise<number> {
  const { seconds, bench } = waiting
  const { clock } = bench.ports
  const start = clock.now()
  for (;;) {
    const isLast = secondsSince(start, clock) >= seconds
    const problem = await attempt()
    if (problem === undefined) return secondsSince(start, clock)
    const pause = isLast ? 0 : intervalSeconds
    const client = await endedWithin(starting.container, pause, bench.ports)
    if (client !== undefined) throw await endedEarly(starting, client, waiting)
    if (isLast) throw late(starting, problem, waiting)
  }
}

async function endedEarly(
  { container, image, subject }: Starting,
  client: ClientEnd,
  { bench, goal }: Waiting,
): Promise<TestFailure> {
  const { runtime, ports } = bench
  const end = await endOf(runtime, { name: container.name, image }, client, ports)
  const why = explainEnd(end, runtime, client.stderr)
  return new TestFailure(
    `${subject} did not stay up to ${goal}. ${why}`,
    container.output.lastLines(),
  )
}

function late(
  { container, subject }: Starting,
  problem: string,
  { seconds, limit = seconds, goal }: Waiting,
): TestFailure {
  return new TestFailure(
    `${subject} did not ${goal} within ${limit} s; last, ${problem}.`,
    container.output.lastLines(),
  )
}

/** Waits until a container counts as ready; the seconds that it took. */
export async function waitUntilReady(
  starting: Starting,
  readiness: Readiness,
  { seconds, bench }: Pick<Waiting, 'seconds' | 'bench'>,
): Promise<number> {
  const goal = 'become ready'
  return waitUntil(starting, () => attemptOf(starting, readiness, bench), { seconds, bench, goal })
}

/** What is still missing for a container to count as ready; undefined when nothing is. */
async function attemptOf(
  starting: Starting,
  readiness: Readiness,
  bench: Workbench,
): Promise<string | undefined> {
  switch (readiness.kind) {
    case 'log': {
      const isThere = starting.container.output.hasLine(readiness.pattern)
      return isThere ? undefined : `no line matched ${String(readiness.pattern)}`
    }
    case 'command':
      return execute(starting, { command: readiness.command, timeoutSeconds: 30 }, bench)
    case 'health':
      return starting.healthCheck === undefined
        ? 'its image has no HEALTHCHECK'
        : execute(starting, starting.healthCheck, bench)
    case 'port':
    case 'http':
      return knock(starting, readiness, bench)
  }
}

/** Runs a program inside; undefined when it ended with 0. */
async function execute(
  { container }: Starting,
  { command, timeoutSeconds }: HealthCheck,
  { runtime, ports }: Workbench,
): Promise<string | undefined> {
  try {
    const args = ['exec', container.name, ...command]
    const outcome = await ports.exec.run({ file: runtime.name, args, timeoutSeconds })
    if (outcome.exitCode === 0) return undefined
    const said = (outcome.stderr.trim() || outcome.stdout.trim()).split('\n').at(-1) ?? ''
    const why = said === '' ? '' : `: ${said.slice(0, 300)}`
    return `${JSON.stringify(command.join(' '))} ended with exit status ${outcome.exitCode}${why}`
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return `${JSON.stringify(command.join(' '))} did not end within ${timeoutSeconds} s`
  }
}

async function knock(
  starting: Starting,
  readiness: Extract<Readiness, { kind: 'port' | 'http' }>,
  bench: Workbench,
): Promise<string | undefined> {
  const port = await starting.hostPortOf(readiness.port)
  if (port === undefined) return 'its port was not published yet'
  if (readiness.kind === 'port') {
    return (await isTaken(port)) ? undefined : `nothing took a connection on port ${readiness.port}`
  }
  try {
    const { status, body } = await bench.ports.http.request({
      method: 'GET',
      url: new URL(`http://127.0.0.1:${port}${readiness.path}`),
      service: 'the container',
      timeoutSeconds: requestSeconds,
    })
    await body?.cancel()
    return status === readiness.status ? undefined : `it answered with ${status}`
  } catch (error) {
    // A container that is starting refuses or resets connections: that is what is waited for.
    if (!(error instanceof ServiceError)) throw error
    return 'it gave no answer'
  }
}

/** Finds published ports, and asks the runtime no more once it knows them. */
export function portFinder(
  {
    container,
    image,
    portHolder,
  }: Pick<Starting, 'container' | 'image'> & {
    /** The container whose published ports lead to it: itself, unless it joined the network of another one. */
    readonly portHolder: string
  },
  { runtime, ports }: Pick<Workbench, 'runtime' | 'ports'>,
): Starting['hostPortOf'] {
  let known: ReadonlyMap<number, number> | undefined
  return async (port) => {
    if (known !== undefined) return known.get(port)
    const facts = await inspectContainer(runtime, portHolder, ports)
    if (facts?.isRunning !== true) return undefined
    if (portHolder === container.name) assertImage(runtime, image, facts)
    known = facts.publishedPorts
    return known.get(port)
  }
}

const lingerMilliseconds = 1000

/**
 * Whether a port leads to something. The engine's own proxy takes every connection, and closes it
 * at once when nothing in the container does: one that stays open was taken.
 */
async function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const decide = (isOpen: boolean): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('data', () => decide(true))
    socket.once('end', () => decide(false))
    socket.once('error', () => decide(false))
    socket.once('connect', () => socket.setTimeout(lingerMilliseconds, () => decide(true)))
  })
}
