import { constants } from 'node:os'
import { secondsSince } from '@oke-pipeline/core'
import { endedWithin } from '../runtime/container.ts'
import { explainEnd } from '../runtime/explain-end.ts'
import { endOf, inspectContainer } from '../runtime/inspect-container.ts'
import type { StopTest } from '../suite/suite.ts'
import { portsOf } from './open-scene.ts'
import { TestFailure } from './outcome.ts'
import type { TestOutcome } from './outcome.ts'
import { startAsIs } from './run-start.ts'
import type { Scene } from './scene.ts'
import { waitUntil, waitUntilReady } from './wait-until-ready.ts'
import type { Starting } from './wait-until-ready.ts'

/** Starts the image, waits until it is ready, asks it to end, and waits until it has. */
export async function runStopTest(scene: Scene, test: StopTest): Promise<TestOutcome> {
  const { bench } = scene
  const starting = await startAsIs(scene, test, portsOf(test.ready))
  const waiting = { seconds: test.timeoutSeconds, bench }
  await (test.ready === undefined
    ? waitUntilRunning(starting, scene, test.timeoutSeconds)
    : waitUntilReady(starting, test.ready, waiting))
  const start = bench.ports.clock.now()
  await signal(starting, scene)
  const exitStatus = await statusAtEnd(starting, scene, test.withinSeconds)
  const seconds = secondsSince(start, bench.ports.clock)
  return {
    failures: failuresOf(exitStatus, scene, test),
    observed: `ended after ${seconds.toFixed(1)} s with exit status ${exitStatus}`,
    lastLines: starting.container.output.lastLines(),
  }
}

async function waitUntilRunning(
  starting: Starting,
  { bench }: Scene,
  seconds: number,
): Promise<void> {
  const attempt = async (): Promise<string | undefined> => {
    const facts = await inspectContainer(bench.runtime, starting.container.name, bench.ports)
    return facts?.isRunning === true ? undefined : 'it did not run yet'
  }
  await waitUntil(starting, attempt, { seconds, bench, goal: 'start' })
}

async function signal({ container }: Starting, { bench }: Scene): Promise<void> {
  const { runtime, settings, ports } = bench
  const args = ['kill', '--signal', settings.stopSignal, container.name]
  const { exitCode, stderr } = await ports.exec.run({ file: runtime.name, args })
  if (exitCode === 0) return
  const reason = `${runtime.name} could not send it ${settings.stopSignal}: ${stderr.trim()}`
  throw new TestFailure(reason, container.output.lastLines())
}

async function statusAtEnd(
  { container }: Starting,
  { bench }: Scene,
  seconds: number,
): Promise<number> {
  const client = await endedWithin(container, seconds, bench.ports)
  if (client === undefined) {
    const reason = `It did not end within ${seconds} s of ${bench.settings.stopSignal}: Kubernetes would kill it, and what it was doing.`
    throw new TestFailure(reason, container.output.lastLines())
  }
  const { name } = container
  return (await endOf(bench.runtime, { name, image: bench.image }, client, bench.ports)).exitCode
}

function failuresOf(exitStatus: number, { bench }: Scene, test: StopTest): readonly string[] {
  const { settings, runtime } = bench
  const accepted = test.exitStatuses ?? [0, 128 + numberOf(settings.stopSignal)]
  if (accepted.includes(exitStatus)) return []
  const end = explainEnd({ exitCode: exitStatus, isOutOfMemory: false, hasRun: true }, runtime)
  return [`After ${settings.stopSignal}: ${end} Expected was ${accepted.join(' or ')}.`]
}

/** The number of a signal, as STOPSIGNAL may name it: `SIGQUIT`, `QUIT`, `3`. */
export function numberOf(signalName: string): number {
  const name = signalName.startsWith('SIG') ? signalName : `SIG${signalName}`
  const known = Object.entries(constants.signals).find(([candidate]) => candidate === name)
  return known?.[1] ?? Number(signalName)
}
