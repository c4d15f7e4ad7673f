// Everything that can be said of the sources without running the product. `npm run check -- NAME…`
// runs the build and the checks of these names only.
import { availableParallelism } from 'node:os'
import { actionNames } from './actions.ts'
import { checkLockFile } from './check/lock-file.ts'
import { checkVersions } from './check/versions.ts'
import { checkWorkflows } from './check/workflows.ts'
import { runProgram } from './run-program.ts'

interface Check {
  readonly name: string
  /** What is wrong; empty when nothing is. */
  run(): Promise<string>
}

/** Everything else looks at what this makes. */
const build = program('build', ['node_modules/typescript/bin/tsc', '--build'])

/** In the order in which they are begun: the longest first. */
const checks: readonly Check[] = [
  program('lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.']),
  program('bundles', ['scripts/bundle.ts', '--check']),
  program('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '.']),
  program('types', ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.tools.json']),
  program('generated', ['scripts/generate.ts', '--check']),
  { name: 'lock-file', run: checkLockFile },
  { name: 'versions', run: checkVersions },
  { name: 'workflows', run: () => checkWorkflows(actionNames()) },
]

const names = process.argv.slice(2)
const unknown = names.filter((name) => ![build, ...checks].some((check) => check.name === name))
if (unknown.length > 0) {
  const known = [build, ...checks].map(({ name }) => name).join(', ')
  console.error(`No checks are called ${unknown.join(', ')}. There are: ${known}.`)
  process.exit(1)
}
const failed: string[] = []
const waiting = checks.filter(({ name }) => names.length === 0 || names.includes(name))
await report(build)
await Promise.all(Array.from({ length: availableParallelism() }, work))
if (failed.length > 0) {
  console.error(`Checks failed: ${failed.join(', ')}`)
  process.exitCode = 1
}

async function work(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    await report(check)
  }
}

async function report(check: Check): Promise<void> {
  const start = performance.now()
  const problems = await check.run()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${problems === '' ? 'ok  ' : 'FAIL'} ${check.name} (${seconds} s)`)
  if (problems === '') return
  failed.push(check.name)
  console.log(problems)
}

function program(name: string, args: readonly string[]): Check {
  return {
    name,
    async run() {
      const { exitCode, output } = await runProgram(process.execPath, args)
      return exitCode === 0 ? '' : output
    },
  }
}
