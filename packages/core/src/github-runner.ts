import { appendFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as core from '@actions/core'
import { systemClock } from './ports/clock.ts'
import { systemExec } from './ports/exec.ts'
import { systemFiles } from './ports/files.ts'
import { systemHttp } from './ports/http.ts'
import { inert } from './ports/log.ts'
import type { FoldingLog } from './ports/log.ts'
import { shownAnnotations } from './report/annotations.ts'
import type { Annotation } from './report/annotations.ts'
import { summaryLimitBytes, withinLimit } from './report/markdown.ts'
import type { RunContext, Runner } from './runner.ts'
import { formsOf } from './secrets.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What the runner of one step is made from. */
export interface Step {
  readonly action: string
  readonly environment: Environment
  readonly signal: AbortSignal
  /** The folder of this step's own below the temp folder. */
  readonly ownFolder: string
}

/** The runner's temp folder, where everything secret or short-lived belongs. */
function tempFolderOf(environment: Environment): string {
  return environment.RUNNER_TEMP ?? tmpdir()
}

/** The GitHub Actions runner, through its environment variables and file commands. */
export function githubRunner({ action, environment, signal, ownFolder }: Step): Runner {
  return {
    environment,
    signal,
    log: githubLog,
    exec: systemExec(environment, signal),
    http: systemHttp(action, signal, environment),
    clock: systemClock,
    random: Math.random,
    files: systemFiles({
      workspace: environment.GITHUB_WORKSPACE ?? process.cwd(),
      temp: tempFolderOf(environment),
      own: ownFolder,
    }),
    run: runContextOf(environment),
    input: (name) => environment[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`],
    mask(secret) {
      for (const form of formsOf(secret)) core.setSecret(form)
    },
    setOutputs(outputs) {
      for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value)
    },
    exportVariable: (name, value) => core.exportVariable(name, value),
    saveState: (name, value) => core.saveState(name, value),
    state: (name) => environment[`STATE_${name}`],
    annotate,
    writeSummary: (markdown) => writeSummary(environment.GITHUB_STEP_SUMMARY, markdown),
  }
}

function runContextOf(environment: Environment): RunContext {
  const server = environment.GITHUB_SERVER_URL
  const repository = environment.GITHUB_REPOSITORY
  const id = environment.GITHUB_RUN_ID
  const isKnown = server !== undefined && repository !== undefined && id !== undefined
  return {
    repository,
    sha: environment.GITHUB_SHA,
    ref: environment.GITHUB_REF,
    actor: environment.GITHUB_ACTOR,
    runUrl: isKnown ? `${server}/${repository}/actions/runs/${id}` : undefined,
    serverUrl: server,
    runId: id,
    runNumber: environment.GITHUB_RUN_NUMBER,
    runAttempt: environment.GITHUB_RUN_ATTEMPT,
    eventName: environment.GITHUB_EVENT_NAME,
    eventPath: environment.GITHUB_EVENT_PATH,
    workflowRef: environment.GITHUB_WORKFLOW_REF,
    workflowSha: environment.GITHUB_WORKFLOW_SHA,
    job: environment.GITHUB_JOB,
    // Set, but empty, where the run is of no pull request.
    headRef: environment.GITHUB_HEAD_REF === '' ? undefined : environment.GITHUB_HEAD_REF,
    baseRef: environment.GITHUB_BASE_REF === '' ? undefined : environment.GITHUB_BASE_REF,
    runnerEnvironment: environment.RUNNER_ENVIRONMENT,
  }
}

const githubLog: FoldingLog = {
  info: (text) => core.info(inert(text)),
  debug: (text) => core.debug(text),
  warning: (text) => core.warning(text),
  group: (title, work) => core.group(inLine(title), work),
  section(title) {
    core.startGroup(inLine(title))
    return () => core.endGroup()
  },
}

function inLine(title: string): string {
  return inert(title).replaceAll('\n', ' ')
}

function annotate(annotations: readonly Annotation[]): void {
  for (const { level, title, message, place } of shownAnnotations(annotations)) {
    const properties = {
      title,
      ...(place === undefined ? {} : { file: place.file }),
      ...(place?.line === undefined ? {} : { startLine: place.line }),
      ...(place?.column === undefined ? {} : { startColumn: place.column }),
    }
    core[level](message, properties)
  }
}

async function writeSummary(path: string | undefined, markdown: string): Promise<void> {
  // Runners that keep no summaries leave the variable unset.
  if (path === undefined || path === '') return
  const used = await sizeOf(path)
  await appendFile(path, `${withinLimit(markdown, Math.max(0, summaryLimitBytes - used - 1))}\n`)
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    // The file appears with the first write; a path that cannot be written fails there.
    return 0
  }
}

/** A path for the step's own folder, unused so far. */
export function newOwnFolder(action: string, environment: Environment, unique: string): string {
  return join(tempFolderOf(environment), `oke-pipeline-${action}-${unique}`)
}
