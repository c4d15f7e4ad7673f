import { parseArgs } from 'node:util'
import { isErrorCode, messageOf } from './error-code.ts'
import type { PartGroup } from './group.ts'
import { groupNames, isGroupName } from './groups.ts'
import { type Lab, findLab, startLab, stopRecordedLab } from './index.ts'
import { checkLabName, isRunning, labNames, readRecord } from './lab-record.ts'
import { describeDuration } from './provision/progress.ts'

const demoGroups: readonly PartGroup[] = [
  ...(['kubernetes', 'registry', 'base-images', 'builder', 'scanner', 'runner'] as const),
  ...(['kubectl', 'skopeo'] as const),
]

const usage = `Real counterparts of what a pipeline talks to, on this machine (Linux, as root).

  npm run lab -- up [group…] [--name NAME] [--no-install]
  npm run lab -- status [--json]
  npm run lab -- down [--name NAME | --all]

Groups: ${groupNames.join(', ')}.
Without groups, "up" starts what the demo needs: ${demoGroups.join(', ')}.

  --name NAME    Which lab; several can run side by side. The default is "default".
  --no-install   Name the system packages that are missing instead of installing them with apt-get.
  --all          Take down every lab, and clean up after those that crashed.
  --json         Print everything that is known about the labs.

Programs come from: the environment variable OKE_LAB_<PROGRAM>, PATH, the official release, a build from source.
They are kept in $OKE_PIPELINE_CACHE or ~/.cache/oke-pipeline.
`

interface Options {
  readonly name: string
  readonly install: boolean
  readonly all: boolean
  readonly json: boolean
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      name: { type: 'string', default: 'default' },
      install: { type: 'boolean', default: true },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const [command, ...rest] = positionals
  checkLabName(values.name)
  if (values.help || command === undefined) say(usage)
  else if (command === 'up') await up(rest, values)
  else if (command === 'status') await status(values)
  else if (command === 'down') await down(values)
  else throw new Error(`There is no command "${command}": say up, status or down.`)
}

async function up(words: readonly string[], options: Options): Promise<void> {
  const wrong = words.filter((word) => !isGroupName(word))
  if (wrong.length > 0) {
    throw new Error(
      `No group of the lab is called "${wrong.join('", "')}": there are ${groupNames.join(', ')}.`,
    )
  }
  const groups = words.length === 0 ? demoGroups : words.filter(isGroupName)
  const running = await findLab(options.name)
  if (running === undefined) await start(groups, options)
  else checkHasGroups(running, groups)
  await showLab(options.name)
}

function checkHasGroups({ name, groups }: Lab, wanted: readonly PartGroup[]): void {
  const missing = wanted.filter((group) => !groups.includes(group))
  if (missing.length === 0) return
  throw new Error(
    `The lab "${name}" is running without ${missing.join(', ')}. Take it down first ("npm run lab -- down --name ${name}"), or start another one with --name.`,
  )
}

async function start(groups: readonly PartGroup[], options: Options): Promise<void> {
  const interrupted = new AbortController()
  const onSignal = (): void => {
    say('Stopping; everything that was started is taken down.\n')
    interrupted.abort()
  }
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const began = performance.now()
  const elapsed = (): string => describeDuration((performance.now() - began) / 1000)
  await startLab({
    parts: groups,
    name: options.name,
    install: options.install,
    detached: true,
    signal: interrupted.signal,
    log: (line) => {
      say(`[${elapsed()}] ${line}\n`)
    },
  })
  say(`The lab "${options.name}" is up after ${elapsed()}.\n`)
}

async function status(options: Options): Promise<void> {
  const names = await labNames()
  if (options.json) {
    say(`${JSON.stringify(await Promise.all(names.map(readRecord)), undefined, 2)}\n`)
    return
  }
  if (names.length === 0) say('No lab is running.\n')
  for (const name of names) await showLab(name)
}

async function showLab(name: string): Promise<void> {
  const record = await readRecord(name)
  if (record === undefined || !(await isRunning(record))) {
    say(`${name}: crashed; "npm run lab -- down --name ${name}" cleans up.\n`)
    return
  }
  const { details } = record
  const variables = Object.entries(record.environment).filter(([key]) => key !== 'PATH')
  const lines = [
    `${name}: ${record.state}${record.problem === undefined ? '' : ` (${record.problem})`}`,
    `  groups    ${record.groups.join(', ')}`,
    `  versions  ${Object.entries(record.versions)
      .map((entry) => entry.join(' '))
      .join(', ')}`,
    `  folder    ${record.directory} (logs below logs/, programs below bin/)`,
    ...(details.kubernetes === undefined ? [] : [`  cluster   ${details.kubernetes.server}`]),
    ...(details.registry === undefined ? [] : [`  registry  ${details.registry.host}`]),
    ...variables.map(([key, value]) => `  export ${key}=${value}`),
  ]
  say(`${lines.join('\n')}\n`)
}

async function down(options: Options): Promise<void> {
  const names = options.all ? await labNames() : [options.name]
  for (const name of names) {
    const record = await readRecord(name)
    if (record === undefined && !options.all) say(`No lab "${name}" is running.\n`)
    await stopRecordedLab(name)
    if (record !== undefined) say(`The lab "${name}" is down.\n`)
  }
}

function say(text: string): void {
  process.stdout.write(text)
}

// Whoever reads may stop reading, as "head" does.
process.stdout.on('error', (error) => {
  if (!isErrorCode(error, 'EPIPE')) throw error
})
try {
  await main()
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
}
