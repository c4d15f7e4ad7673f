// Runs the tests: all of them, or with --unit only the quick ones that need no lab. What follows is
// passed on to jest. Ends with one plain line that counts them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './actions.ts'
import { runProgram } from './run-program.ts'

interface Counts {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
  readonly numRuntimeErrorTestSuites: number
}

const args = process.argv.slice(2)
const isUnit = args.includes('--unit')
const folder = mkdtempSync(join(tmpdir(), 'oke-pipeline-tests-'))
try {
  const results = join(folder, 'results.json')
  const { exitCode } = await runProgram(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      ...(isUnit ? ['--selectProjects', 'unit'] : []),
      ...['--json', '--outputFile', results],
      ...args.filter((argument) => argument !== '--unit'),
    ],
    { show: true, environment: { FORCE_COLOR: '0' } },
  )
  process.exitCode = report(results, exitCode)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function report(results: string, exitCode: number): number {
  const counts = JSON.parse(readFileSync(results, 'utf8')) as Counts
  // A file that could not even be loaded holds tests that nobody counted.
  const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites
  console.log(
    `${counts.numPassedTests} passed, ${failed} failed, ${counts.numPendingTests} skipped`,
  )
  return exitCode === 0 && failed === 0 ? 0 : 1
}
