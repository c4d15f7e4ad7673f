import { secondsSince } from '@oke-pipeline/core'
import type { TestResult } from '../report/test-report.ts'
import type { ImageTest, RunningTest } from '../suite/suite.ts'
import { inParallel } from './in-parallel.ts'
import { emptyScene, portsOf, withServices } from './open-scene.ts'
import { TestFailure } from './outcome.ts'
import type { TestOutcome } from './outcome.ts'
import { runCommandTest } from './run-command.ts'
import { runHttpTest } from './run-http.ts'
import { runStartTest } from './run-start.ts'
import { runStopTest } from './run-stop.ts'
import { runStructureTest } from './run-structure.ts'
import type { StructureSubject } from './run-structure.ts'
import { leave } from './scene.ts'
import type { Scene } from './scene.ts'
import type { Workbench } from './workbench.ts'

/** What tests are made on: the image to look at, and the one to run; the latter where any test runs it. */
export interface TestStand {
  readonly subject: StructureSubject
  readonly bench: Workbench | undefined
}

/** How tests are run, and who hears of each. */
export interface TestRunning {
  /** How many run at a time. */
  readonly parallel: number
  readonly clock: Workbench['ports']['clock']
  /** Takes secrets out of what results say. */
  readonly redact: (text: string) => string
  /** Called with each result as it comes. */
  readonly onResult: (result: TestResult) => Promise<void>
}

/** Puts an image to all tests. */
export async function runTests(
  tests: readonly ImageTest[],
  stand: TestStand,
  running: TestRunning,
): Promise<readonly TestResult[]> {
  return inParallel(tests, running.parallel, async (test, index) => {
    const start = running.clock.now()
    const outcome = await outcomeOf(test, index, stand)
    const shown = redacted(outcome, running.redact)
    const result = resultOf(test, shown, secondsSince(start, running.clock))
    await running.onResult(result)
    return result
  })
}

async function outcomeOf(
  test: ImageTest,
  index: number,
  { subject, bench }: TestStand,
): Promise<TestOutcome> {
  if (test.kind === 'structure') return runStructureTest(subject, test)
  if (bench === undefined) throw new Error(`There is nothing that could run "${test.name}"`)
  const scene = emptyScene(bench, `${bench.run}-${index + 1}`)
  try {
    return await runOn(scene, test)
  } catch (error) {
    if (!(error instanceof TestFailure)) throw error
    return { failures: [error.message], observed: 'failed', lastLines: error.lastLines }
  } finally {
    await leave(scene)
  }
}

async function runOn(empty: Scene, test: RunningTest): Promise<TestOutcome> {
  const scene = await withServices(empty, test.container.services, publishedBy(test))
  switch (test.kind) {
    case 'command':
      return runCommandTest(scene, test)
    case 'http':
      return runHttpTest(scene, test)
    case 'start':
      return runStartTest(scene, test)
    case 'stop':
      return runStopTest(scene, test)
  }
}

/** The ports of the image that a test needs. */
function publishedBy(test: RunningTest): readonly number[] {
  if (test.kind === 'command') return []
  return test.kind === 'http' ? [test.port] : portsOf(test.ready)
}

function redacted(
  { failures, observed, lastLines }: TestOutcome,
  redact: TestRunning['redact'],
): TestOutcome {
  return {
    failures: failures.map(redact),
    observed: redact(observed),
    lastLines: lastLines.map(redact),
  }
}

function resultOf(test: ImageTest, outcome: TestOutcome, seconds: number): TestResult {
  const { name, kind, place } = test
  return {
    ...{ name, kind, ...outcome, seconds },
    result: outcome.failures.length === 0 ? 'passed' : 'failed',
    ...(place === undefined ? {} : { place }),
  }
}
