import { globSync } from 'node:fs'
import { join } from 'node:path'
import { provideLinters } from '../../test/lab/linters.ts'
import { root } from '../actions.ts'
import { runProgram } from '../run-program.ts'

/** All workflows pass actionlint and zizmor; action.yml files pass zizmor. */
export async function checkWorkflows(actions: readonly string[]): Promise<string> {
  const workflows = globSync(['.github/workflows/*.yml', 'examples/*/.github/workflows/*.yml'], {
    cwd: root,
  })
  const linters = await provideLinters(console.log)
  const manifests = actions.map((name) => join('actions', name, 'action.yml'))
  const results = await Promise.all([
    runProgram(linters.actionlint, ['-no-color', ...workflows]),
    runProgram(linters.zizmor, [
      ...['--offline', '--no-progress', '--config', '.github/zizmor.yml'],
      ...workflows,
      ...manifests,
    ]),
  ])
  return results
    .filter(({ exitCode }) => exitCode !== 0)
    .map(({ output }) => output)
    .join('\n')
}
