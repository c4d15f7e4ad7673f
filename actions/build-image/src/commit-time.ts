import { ConfigurationError } from '@oke-pipeline/core'
import type { BuildPorts } from './build-request.ts'
import { tryProgram } from './engines/try-program.ts'

/**
 * The time that a reproducible build gives to everything: SOURCE_DATE_EPOCH of the step, or else
 * that of the commit that is checked out. In seconds since 1970.
 * @throws ConfigurationError when there is neither.
 */
export async function commitTime(ports: BuildPorts): Promise<number> {
  const given = ports.environment.SOURCE_DATE_EPOCH
  if (given !== undefined && /^\d+$/.test(given)) return Number(given)
  // The workspace may belong to another user than the one in a job's container.
  const trust = ['-c', 'safe.directory=*']
  const args = ['-C', ports.files.workspace, ...trust, 'log', '-1', '--format=%ct', 'HEAD']
  const outcome = await tryProgram({ file: 'git', args }, ports)
  const time = outcome?.stdout.trim() ?? ''
  if (outcome?.exitCode === 0 && /^\d+$/.test(time)) return Number(time)
  throw new ConfigurationError({
    title: 'The time of the commit is not known',
    explanation: `"reproducible" takes it from Git, and ${outcome?.stderr.trim() ?? 'there is no Git on this runner'}.`,
    remedy: 'Check the repository out in an earlier step, or set SOURCE_DATE_EPOCH under "env:".',
  })
}
