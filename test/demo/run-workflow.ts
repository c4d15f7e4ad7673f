import { spawn } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { stringify } from 'yaml'
import { parseLogLine, workflowRunOf } from './workflow-run.ts'
import type { LogLine, WorkflowRun } from './workflow-run.ts'

/** A workflow and what it is run with. */
export interface WorkflowRequest {
  /** The repository of the application, its commit checked out. */
  readonly repository: string
  readonly workflow: string
  /** A lean copy of this suite, which the workflow refers to as `oke-pipeline/oke-pipeline@v1`. */
  readonly suite: string
  /** For the runner's own state; emptied. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  readonly variables: Readonly<Record<string, string>>
  readonly runId: number
  readonly onLine?: (line: LogLine) => void
  readonly signal?: AbortSignal
}

/** Runs a workflow with act, a real workflow runner, on this machine without containers. */
export async function runWorkflow(request: WorkflowRequest): Promise<WorkflowRun> {
  await rm(request.folder, { recursive: true, force: true })
  const folders = ['home', 'cache', 'config', 'tmp'].map((name) => join(request.folder, name))
  for (const folder of folders) await mkdir(folder, { recursive: true })
  const secrets = join(request.folder, 'secrets.yaml')
  await writeFile(secrets, stringify(request.secrets), { mode: 0o600 })
  const [file, ...args] = commandOf(request, secrets)
  const act = spawn(file, args, {
    cwd: request.repository,
    env: environmentOf(request),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // The runner then ends its step, and lets the post steps clean up.
  const interrupt = (): void => void act.kill('SIGINT')
  request.signal?.addEventListener('abort', interrupt, { once: true })
  let said = ''
  act.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<number>((resolve, reject) => {
    act.on('error', reject)
    act.on('close', (code) => resolve(code ?? 1))
  })
  const lines: LogLine[] = []
  for await (const text of createInterface({ input: act.stdout })) {
    const line = parseLogLine(text)
    if (line === undefined) continue
    lines.push(line)
    request.onLine?.(line)
  }
  const exitCode = await ended
  request.signal?.removeEventListener('abort', interrupt)
  await rm(request.folder, { recursive: true, force: true })
  request.signal?.throwIfAborted()
  if (lines.length === 0) throw new Error(`The workflow did not start (${exitCode}): ${said}`)
  return workflowRunOf(lines)
}

/** On Linux the runner is told to stop when this process is killed, so that nothing goes on alone. */
function commandOf(request: WorkflowRequest, secrets: string): readonly [string, ...string[]] {
  const act = ['act', ...argumentsOf(request, secrets)] as const
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'INT', ...act] : [...act]
}

function argumentsOf(request: WorkflowRequest, secrets: string): readonly string[] {
  return [
    ...['push', '--workflows', request.workflow],
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...['--no-cache-server', '--rm', '--json', '--secret-file', secrets],
    ...['--local-repository', `oke-pipeline/oke-pipeline@v1=${request.suite}`],
    ...['--env', `GITHUB_RUN_ID=${request.runId}`, '--actor', 'octocat'],
    ...Object.entries(request.variables).flatMap(([name, value]) => ['--var', `${name}=${value}`]),
  ]
}

/**
 * Every variable of the runner reaches every step: it gets those of the lab, and no others. Actions
 * run on the first `node` in PATH, which is the version that GitHub's runner brings.
 */
function environmentOf({ environment, folder }: WorkflowRequest): Record<string, string> {
  return {
    ...environment,
    PATH: [dirname(process.execPath), environment.PATH].join(delimiter),
    HOME: join(folder, 'home'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    TMPDIR: join(folder, 'tmp'),
  }
}
