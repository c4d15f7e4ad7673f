import type { Runner } from '@oke-pipeline/core'
import type { BuildPorts } from '../build-request.ts'
import { randomName } from '../random-name.ts'
import { findBuildx } from './find-buildx.ts'
import type { Buildx } from './find-buildx.ts'
import { saidBy } from './try-program.ts'

/** The state under which the builder made for this job is kept for `post`. */
const builderState = 'builder'

/** Makes and starts a builder of the docker-container driver; it is removed when the job ends. */
export async function makeJobBuilder(
  { file, prefix }: Buildx,
  ports: BuildPorts,
): Promise<{ readonly name: string } | { readonly problem: string }> {
  const name = randomName(ports)
  ports.saveState(builderState, name)
  const driver = ['--driver', 'docker-container', '--bootstrap', '--name', name]
  const outcome = await ports.exec.run({ file, args: [...prefix, 'create', ...driver] })
  return outcome.exitCode === 0 ? { name } : { problem: saidBy(outcome) }
}

/** Removes the builder that was made for this job, if one was. */
export async function removeJobBuilder(runner: Runner): Promise<void> {
  const builder = runner.state(builderState)
  if (builder === undefined || builder === '') return
  const buildx = await findBuildx(runner)
  if (typeof buildx === 'string') return
  const { file, prefix } = buildx
  const outcome = await runner.exec.run({ file, args: [...prefix, 'rm', '--force', builder] })
  // The builder lives in the runner's own engine: a leftover is worth a word, not a failed job.
  if (outcome.exitCode !== 0) {
    runner.log.warning(`Builder "${builder}" was not removed: ${saidBy(outcome)}`)
  }
}
