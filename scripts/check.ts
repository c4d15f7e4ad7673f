// Everything that can be said of the sources without running the product. `npm run check -- NAME…`
// runs only the checks of these names.
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

const checks: readonly Check[] = [
  program('build', ['node_modules/typescript/bin/tsc', '--build']),
  program('types', ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.tools.json']),
  program('lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.']),
  program('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '.']),
  program('generated', ['scripts/generate.ts', '--check']),
  program('bundles', ['scripts/bundle.ts', '--check']),
  { name: 'lock-file', run: checkLockFile },
  { name: 'versions', run: checkVersions },
  { name: 'workflows', run: () => checkWorkflows(actionNames()) },
]

const wanted = process.argv.slice(2)
const failed: string[] = []
for (const check of checks) {
  if (wanted.length > 0 && !wanted.includes(check.name)) continue
  const start = performance.now()
  const problems = await check.run()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${problems === '' ? 'ok  ' : 'FAIL'} ${check.name} (${seconds} s)`)
  if (problems === '') continue
  failed.push(check.name)
  console.log(problems)
}
if (failed.length > 0) {
  console.error(`Checks failed: ${failed.join(', ')}`)
  process.exitCode = 1
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
