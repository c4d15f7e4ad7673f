import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { describeFailure } from './describe-failure.ts'
import { CancelledError, nameOf } from './errors.ts'
import { githubRunner, newOwnFolder } from './github-runner.ts'
import type { Runner } from './runner.ts'
import { version } from './version.ts'

/** An action: what its step does, and what is left to do when the job ends. */
export interface Action {
  readonly name: string
  main(runner: Runner): Promise<void>
  /** Runs at the end of the job, also after a failure or a cancellation. */
  post?(runner: Runner): Promise<void>
}

const stateOfOwnFolder = 'ownFolder'

/**
 * Runs an action in this process and sets its exit code. `main` and `post` of action.yml are the
 * same file: a saved state tells which of the two this is. SIGINT and SIGTERM, which the runner
 * sends 7.5 s apart when a job is cancelled, abort the signal that every port listens to. So does a
 * runner that has died: nobody reads what is printed any more.
 */
export async function startAction(action: Action): Promise<void> {
  if (process.argv.includes('--version')) {
    process.stdout.write(`${action.name} ${version}\n`)
    return
  }
  const cancellation = listenForCancellation()
  const { env: environment } = process
  const before = environment[`STATE_${stateOfOwnFolder}`]
  const ownFolder = before ?? newOwnFolder(action.name, environment, randomBytes(6).toString('hex'))
  const step = { action: action.name, environment, signal: cancellation.signal, ownFolder }
  const runner = noticingSummaries(githubRunner(step))
  // An error that nothing waited for must not end the process without a word, or with success.
  process.on('uncaughtException', (error) => {
    process.exitCode = 1
    void tellOf(action.name, error, runner).finally(() => process.exit(1))
  })
  try {
    runner.saveState(stateOfOwnFolder, ownFolder)
    await (before === undefined ? action.main(runner) : action.post?.(runner))
  } catch (error) {
    process.exitCode = 1
    await tellOf(action.name, cancelledOr(error, cancellation.signal), runner)
  } finally {
    await rm(ownFolder, { recursive: true, force: true })
    cancellation.stop()
  }
}

function listenForCancellation(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, abort)
  // To the end: without a listener, what is printed last would be an error that nobody can read.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', abort)
  return {
    signal: controller.signal,
    stop() {
      for (const signal of signals) process.off(signal, abort)
    },
  }
}

function cancelledOr(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted || nameOf(error) !== 'AbortError') return error
  return new CancelledError({
    title: 'Cancelled',
    explanation: 'The job was cancelled while this step was running.',
    cause: error,
  })
}

/** A runner that knows whether its step has summed itself up. */
interface NoticingRunner extends Runner {
  hasSummary(): boolean
}

function noticingSummaries(runner: Runner): NoticingRunner {
  let isWritten = false
  return {
    ...runner,
    hasSummary: () => isWritten,
    async writeSummary(markdown) {
      isWritten = true
      await runner.writeSummary(markdown)
    },
  }
}

async function tellOf(name: string, error: unknown, runner: NoticingRunner): Promise<void> {
  const failure = describeFailure(name, error)
  runner.annotate([failure.annotation])
  for (const cause of failure.causes) runner.log.info(`Caused by: ${cause}`)
  if (failure.stack !== undefined) runner.log.debug(failure.stack)
  // An action that got as far as a summary of its own has said in it what failed.
  if (!runner.hasSummary()) await runner.writeSummary(failure.summary)
}
