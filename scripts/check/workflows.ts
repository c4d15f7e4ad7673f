import { globSync } from 'node:fs'
import { join } from 'node:path'
import { provideLinters } from '../../test/lab/linters.ts'
import { root } from '../actions.ts'
import { runProgram } from '../run-program.ts'

/** actionlint 1.7 does not know references to the same repository, which GitHub added in 2026. */
const unknownToActionlint = 'specifying action "\\$/[^"]+" in invalid format'

/** All workflows pass actionlint and zizmor; action.yml files pass zizmor. */
export async function checkWorkflows(actions: readonly string[]): Promise<string> {
  const workflows = globSync(['.github/workflows/*.yml', 'examples/*/.github/workflows/*.yml'], {
    cwd: root,
  })
  const linters = await provideLinters(console.log)
  const manifests = actions.map((name) => join('actions', name, 'action.yml'))
  const results = await Promise.all([
    runProgram(linters.actionlint, ['-no-color', '-ignore', unknownToActionlint, ...workflows]),
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
