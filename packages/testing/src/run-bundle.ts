import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'

const root = resolve(import.meta.dirname, '../../..')

/** How a committed bundle is run: as the runner does it, with nothing else in the environment. */
export interface BundleRun {
  readonly action: string
  /** An existing folder; `workspace`, `temp` and the runner's files are made below it. */
  readonly folder: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  /** State saved by the main step: makes this the `post` step. */
  readonly state?: Readonly<Record<string, string>>
  /** Called with the running process, for signals. */
  readonly onStart?: (process: {
    kill(signal: NodeJS.Signals): boolean
    readonly log: () => string
    /** What the step has saved so far. */
    readonly state: () => Promise<Readonly<Record<string, string>>>
  }) => void
  /** Called with what the process writes, as it comes. */
  readonly onOutput?: (text: string) => void
}

/** What the runner would have seen of the step. */
export interface BundleResult {
  readonly exitCode: number
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  /** Environment variables for the steps that follow. */
  readonly variables: Readonly<Record<string, string>>
  readonly summary: string
}

/**
 * Runs `dist/<action>/index.js` as a child process of this Node.js, with the defaults of its
 * action.yml for inputs that are not given, and reads the runner's files afterwards.
 */
export async function runBundle(run: BundleRun): Promise<BundleResult> {
  const files = await runnerFiles(run.folder)
  const environment = {
    ...baseEnvironment(run.folder, files),
    ...(await inputsOf(run)),
    ...run.environment,
  }
  const child = spawn(process.execPath, [join(root, 'dist', run.action, 'index.js')], {
    cwd: join(run.folder, 'workspace'),
    env: { ...environment, ...stateOf(run.state) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text
      run.onOutput?.(text)
    })
  }
  const state = async (): Promise<Readonly<Record<string, string>>> =>
    valuesIn(await readFile(files.GITHUB_STATE, 'utf8'))
  run.onStart?.({ kill: (signal) => child.kill(signal), log: () => log, state })
  const exitCode = await new Promise<number>((done, fail) => {
    child.on('error', fail)
    child.on('close', (code) => done(code ?? -1))
  })
  return {
    exitCode,
    log,
    outputs: valuesIn(await readFile(files.GITHUB_OUTPUT, 'utf8')),
    state: await state(),
    variables: valuesIn(await readFile(files.GITHUB_ENV, 'utf8')),
    summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8'),
  }
}

type RunnerFile =
  'GITHUB_OUTPUT' | 'GITHUB_STATE' | 'GITHUB_ENV' | 'GITHUB_PATH' | 'GITHUB_STEP_SUMMARY'

async function runnerFiles(folder: string): Promise<Readonly<Record<RunnerFile, string>>> {
  await mkdir(join(folder, 'workspace'), { recursive: true })
  await mkdir(join(folder, 'temp'), { recursive: true })
  const made = await mkdtemp(join(folder, 'files-'))
  const files = {
    GITHUB_OUTPUT: join(made, 'output'),
    GITHUB_STATE: join(made, 'state'),
    GITHUB_ENV: join(made, 'env'),
    GITHUB_PATH: join(made, 'path'),
    GITHUB_STEP_SUMMARY: join(made, 'summary.md'),
  }
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')))
  return files
}

function baseEnvironment(
  folder: string,
  files: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? folder,
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'acme/hello',
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_ACTOR: 'tester',
    GITHUB_RUN_ID: '1',
    GITHUB_SERVER_URL: 'https://github.invalid',
    GITHUB_WORKSPACE: join(folder, 'workspace'),
    RUNNER_TEMP: join(folder, 'temp'),
    ...files,
  }
}

interface Manifest {
  readonly inputs?: Readonly<Record<string, { readonly default?: string } | null>>
}

async function inputsOf({ action, inputs = {} }: BundleRun): Promise<Record<string, string>> {
  const text = await readFile(join(root, 'actions', action, 'action.yml'), 'utf8')
  const declared = (parse(text) as Manifest).inputs ?? {}
  for (const name of Object.keys(inputs)) {
    if (!(name in declared)) throw new Error(`action.yml of ${action} has no input "${name}"`)
  }
  const values = Object.entries(declared).map(([name, input]) => [
    `INPUT_${name.toUpperCase()}`,
    inputs[name] ?? input?.default ?? '',
  ])
  return Object.fromEntries(values) as Record<string, string>
}

function stateOf(state: BundleRun['state']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(state ?? {}).map(([name, value]) => [`STATE_${name}`, value]),
  )
}

/** Reads a file of the runner's `name<<delimiter` entries. */
function valuesIn(text: string): Record<string, string> {
  const entries = text.matchAll(/^([^\n=<]+)<<(\S+)\n([^]*?)\n?\2$/gm)
  return Object.fromEntries([...entries].map(([, name = '', , value = '']) => [name, value]))
}
