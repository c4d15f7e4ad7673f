import { readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { environmentReferences, readEnvironments } from '@oke-pipeline/delivery'
import { checkInputs } from './check-inputs.ts'
import { declaration } from './declaration.ts'
import { openCleanedRepository } from './open-repository.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'

const mostListed = 500

/** Deletes what nothing needs any more, or says what that would be. */
export async function main(runner: Runner): Promise<void> {
  const inputs = await readInputs(declaration.inputs, runner, (values) =>
    checkInputs(values, runner),
  )
  const environments = await readEnvironments(runner.files, inputs['environments-file'])
  const result = await run(inputs, {
    ...runner,
    ...(await openCleanedRepository(inputs, runner)),
    references: () => environmentReferences(environments, runner),
  })
  const listed = result.toDelete
    .slice(0, mostListed)
    .map(({ digest, tags, createdAt }) => ({ digest, tags, createdAt }))
  runner.setOutputs({
    deleted: result.deletedCount.toFixed(0),
    'to-delete': result.toDelete.length.toFixed(0),
    kept: result.keptCount.toFixed(0),
    images: JSON.stringify(listed),
  })
  await runner.writeSummary(renderSummary(result))
}
