import type { RunningTest, StartTest } from '../suite/suite.ts'
import { portsOf } from './open-scene.ts'
import { TestFailure } from './outcome.ts'
import type { TestOutcome } from './outcome.ts'
import { startImage } from './scene.ts'
import type { Scene } from './scene.ts'
import { portFinder, waitUntilReady } from './wait-until-ready.ts'
import type { Starting } from './wait-until-ready.ts'

/** Starts the image as in production. */
export async function startAsIs(
  scene: Scene,
  { container: options }: Pick<RunningTest, 'container'>,
  published: readonly number[],
): Promise<Starting> {
  const { bench } = scene
  const entry = { kind: 'image', args: [] } as const
  const container = await startImage(scene, options, { name: 'image', entry, published })
  const { image } = bench
  const portHolder = scene.portHolder ?? container.name
  return {
    ...{ container, image, subject: 'It' },
    healthCheck: bench.settings.healthCheck,
    hostPortOf: portFinder({ container, image, portHolder }, bench),
  }
}

/** Starts the image and waits until it is ready. */
export async function runStartTest(scene: Scene, test: StartTest): Promise<TestOutcome> {
  if (test.ready.kind === 'health' && scene.bench.settings.healthCheck === undefined) {
    throw new TestFailure('The image has no HEALTHCHECK.')
  }
  const starting = await startAsIs(scene, test, portsOf(test.ready))
  const waiting = { seconds: test.timeoutSeconds, bench: scene.bench }
  const seconds = await waitUntilReady(starting, test.ready, waiting)
  const observed = `${test.ready.kind === 'health' ? 'healthy' : 'ready'} after ${seconds.toFixed(1)} s`
  return { failures: [], observed, lastLines: starting.container.output.lastLines() }
}
