import type { Assignment } from '@oke-pipeline/core'
import { cleanUp, formatRun, newName, runState } from './clean-up.ts'
import type { Run } from './clean-up.ts'
import { loadImage } from './runtime/loaded-image.ts'
import type { Runtime } from './runtime/runtime.ts'
import { loadServices } from './runtime/service-images.ts'
import type { Service, Suite } from './suite/suite.ts'
import type { TestPorts } from './test-ports.ts'
import type { StructureSubject } from './tests/run-structure.ts'
import type { Workbench } from './tests/workbench.ts'

/** What is to be run, and by what. */
export interface Job {
  readonly runtime: Runtime
  readonly suite: Suite
  readonly subject: StructureSubject
  readonly secrets: readonly Assignment[]
}

/** Brings image and services into the runtime, works with them, and removes all that was made. */
export async function onRuntime<Result>(
  job: Job,
  ports: TestPorts,
  work: (bench: Workbench) => Promise<Result>,
): Promise<Result> {
  const run: Run = { runtime: job.runtime.name, name: newName(ports) }
  ports.saveState(runState, formatRun(run))
  try {
    return await work(await benchOf(job, run, ports))
  } finally {
    // Nothing can be run any more once the job is cancelled: `post` does it then.
    if (!ports.signal.aborted) {
      await cleanUp(run, ports, { isInterrupted: false })
      ports.saveState(runState, '')
    }
  }
}

async function benchOf(
  { runtime, suite, subject, secrets }: Job,
  { name }: Run,
  ports: TestPorts,
): Promise<Workbench> {
  const { layout, image, settings } = subject
  const loaded = await loadImage(runtime, { layout, image, name }, ports)
  return {
    runtime,
    run: name,
    image: loaded,
    entrypoint: image.config.entrypoint,
    cmd: image.config.command,
    settings,
    services: await loadServices(runtime, { services: servicesOf(suite), run: name }, ports),
    secrets: Object.fromEntries(secrets.map((secret) => [secret.name, secret.value])),
    ports,
  }
}

/** Each service once, however many tests ask for it. */
function servicesOf({ tests }: Suite): readonly Service[] {
  return [
    ...new Set(tests.flatMap((test) => (test.kind === 'structure' ? [] : test.container.services))),
  ]
}
