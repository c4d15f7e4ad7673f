import { commitArguments } from '../runtime/arguments.ts'
import { endedWithin } from '../runtime/container.ts'
import type { ClientEnd, Container } from '../runtime/container.ts'
import { explainEnd } from '../runtime/explain-end.ts'
import type { LoadedImage } from '../runtime/image-source.ts'
import { endOf } from '../runtime/inspect-container.ts'
import type { ContainerEnd } from '../runtime/inspect-container.ts'
import { failuresOf } from '../suite/expectation.ts'
import type { CommandTest } from '../suite/suite.ts'
import { TestFailure } from './outcome.ts'
import type { TestOutcome } from './outcome.ts'
import { startImage } from './scene.ts'
import type { Scene } from './scene.ts'

/** Runs a program in containers of its own: what prepares it, itself, what comes after it. */
export async function runCommandTest(scene: Scene, test: CommandTest): Promise<TestOutcome> {
  const steps = stepsOf(test, scene)
  let image: LoadedImage = scene.bench.image
  let outcome: TestOutcome | undefined
  for (const [index, step] of steps.entries()) {
    const container = await startImage(scene, test.container, {
      name: step.kind === 'test' ? 'command' : `step-${index}`,
      entry: { kind: 'program', command: step.command },
      image: image.reference,
    })
    const ending = await awaitEnd(scene, { container, image, seconds: test.timeoutSeconds })
    if (step.kind === 'test') outcome = judged(test, ending, container, scene)
    else requireSuccess(step.command, ending, container, scene)
    const isLast = index === steps.length - 1
    if (!isLast) image = await keep(scene, container, index)
  }
  if (outcome === undefined) throw new Error('A command test has no command')
  return outcome
}

interface Step {
  readonly kind: 'setup' | 'test' | 'teardown'
  readonly command: readonly string[]
}

function stepsOf(test: CommandTest, { bench }: Scene): readonly Step[] {
  const { setup, teardown, command, args } = test
  return [
    ...setup.map((one): Step => ({ kind: 'setup', command: one })),
    { kind: 'test', command: command ?? [...bench.entrypoint, ...(args ?? bench.cmd)] },
    ...teardown.map((one): Step => ({ kind: 'teardown', command: one })),
  ]
}

interface Ending {
  readonly client: ClientEnd
  readonly end: ContainerEnd
}

async function awaitEnd(
  { bench }: Scene,
  run: { readonly container: Container; readonly image: LoadedImage; readonly seconds: number },
): Promise<Ending> {
  const { container, image, seconds } = run
  const client = await endedWithin(container, seconds, bench.ports)
  if (client === undefined) {
    throw new TestFailure(`It was still running after ${seconds} s.`, container.output.lastLines())
  }
  const end = await endOf(bench.runtime, { name: container.name, image }, client, bench.ports)
  return { client, end }
}

function judged(
  test: CommandTest,
  { client, end }: Ending,
  { output }: Container,
  { bench }: Scene,
): TestOutcome {
  const hasEndedAsWanted = end.hasRun && end.exitCode === test.exitStatus && !end.isOutOfMemory
  const wanted = test.exitStatus === 0 ? '' : ` Expected was ${test.exitStatus}.`
  const failures = [
    ...(hasEndedAsWanted ? [] : [`${explainEnd(end, bench.runtime, client.stderr)}${wanted}`]),
    ...(output.isTooMuch() ? ['It wrote without end and was stopped.'] : []),
    ...(end.hasRun && test.stdout ? failuresOf('stdout', client.stdout, test.stdout) : []),
    ...(end.hasRun && test.stderr ? failuresOf('stderr', client.stderr, test.stderr) : []),
  ]
  return { failures, observed: `exit status ${end.exitCode}`, lastLines: output.lastLines() }
}

function requireSuccess(
  command: readonly string[],
  { client, end }: Ending,
  { output }: Container,
  { bench }: Scene,
): void {
  if (end.hasRun && end.exitCode === 0) return
  const why = explainEnd(end, bench.runtime, client.stderr)
  throw new TestFailure(`${JSON.stringify(command.join(' '))}: ${why}`, output.lastLines())
}

/** Makes an image of what a container has left of its file system, for the next step to go on with. */
async function keep(scene: Scene, container: Container, index: number): Promise<LoadedImage> {
  const { runtime, ports } = scene.bench
  const reference = `${scene.prefix}-${index}:latest`
  const args = commitArguments(container.name, reference)
  const { exitCode, stdout, stderr } = await ports.exec.run({ file: runtime.name, args })
  if (exitCode !== 0)
    throw new TestFailure(`${runtime.name} could not keep a step: ${stderr.trim()}`)
  const id = stdout.trim().split('\n').at(-1) ?? ''
  return { reference: runtime.name === 'nerdctl' ? reference : id, names: [reference, id] }
}
