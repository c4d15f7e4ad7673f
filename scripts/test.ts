// Runs the tests: all of them, or with --unit only the quick ones that need no lab. What follows is
// passed on to jest. Ends with one plain line that counts them.
import { relative } from 'node:path'
import { root } from './actions.ts'
import { runJest } from './test/run-jest.ts'
import type { Found } from './test/run-jest.ts'

/** More than these at once is a fault, not a machine that was too busy for a moment. */
const mostUnsteadyFiles = 2

const args = process.argv.slice(2)
const passedOn = args.filter((argument) => argument !== '--unit')
const isWhole = args.length === 0

const found = await runJest(args.includes('--unit') ? ['--selectProjects', 'unit'] : [], passedOn)
const isUnsteady = isWhole && mayBeUnsteady(found) && (await passesAlone(found.failedFiles))
if (isUnsteady) reportUnsteady(found)
else report(found)

/**
 * Hundreds of files on real parts share two cores: one that fails there is run once more, alone.
 * Nothing is hidden by it: its failure stays in the log, and the last line counts it as unsteady.
 */
function mayBeUnsteady({ failedFiles }: Found): boolean {
  return (
    failedFiles.length > 0 &&
    failedFiles.length <= mostUnsteadyFiles &&
    failedFiles.every((file) => file.endsWith('.real.test.ts'))
  )
}

async function passesAlone(files: readonly string[]): Promise<boolean> {
  console.log(`\nOnce more, alone: ${named(files)}\n`)
  const { isGreen } = await runJest(['--maxWorkers', '1', '--runTestsByPath'], files)
  return isGreen
}

function reportUnsteady({ passed, failed, skipped, failedFiles }: Found): void {
  console.log(
    `Failed beside other tests and passed alone, to be looked into: ${named(failedFiles)}`,
  )
  console.log(`${passed + failed} passed, 0 failed, ${skipped} skipped; ${failed} unsteady`)
}

function report({ passed, failed, skipped, isGreen }: Found): void {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  if (!isGreen) process.exitCode = 1
}

function named(files: readonly string[]): string {
  return files.map((file) => relative(root, file)).join(', ')
}
