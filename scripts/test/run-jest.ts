import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../actions.ts'
import { runProgram } from '../run-program.ts'

/** What one run of jest found. */
export interface Found {
  readonly passed: number
  readonly skipped: number
  /** Tests that failed, and files that could not even be loaded, whose tests nobody counted. */
  readonly failed: number
  /** The files that these are in. */
  readonly failedFiles: readonly string[]
  /** Whether jest itself ended well: it may fail without a test that does. */
  readonly isGreen: boolean
}

/** Runs jest with these options and arguments, and shows what it prints as it comes. */
export async function runJest(options: readonly string[], args: readonly string[]): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'oke-pipeline-tests-'))
  try {
    const results = join(folder, 'results.json')
    const { exitCode } = await runProgram(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        join(root, 'node_modules/jest/bin/jest.js'),
        // These stand between the two: an option that takes a list would take the arguments too.
        ...options,
        ...['--json', '--outputFile', results],
        ...args,
      ],
      { show: true, environment: { FORCE_COLOR: '0' } },
    )
    return foundIn(JSON.parse(readFileSync(results, 'utf8')) as Results, exitCode)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What we read of the file that jest writes. */
interface Results {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numRuntimeErrorTestSuites: number
  readonly testResults: readonly { readonly name: string; readonly status: string }[]
}

function foundIn(results: Results, exitCode: number): Found {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
  return {
    passed: results.numPassedTests,
    skipped: results.numPendingTests,
    failed,
    failedFiles: results.testResults
      .filter(({ status }) => status === 'failed')
      .map(({ name }) => name),
    isGreen: exitCode === 0 && failed === 0,
  }
}
