import { basicForms, readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { checkInputs } from './check-inputs.ts'
import { declaration } from './declaration.ts'
import type { Inputs } from './declaration.ts'
import { pushedReferrers } from './pushed-referrers.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'

/** Pushes the image, and hands over its name by digest. */
export async function main(runner: Runner): Promise<void> {
  const inputs = await readInputs(declaration.inputs, runner, (values) =>
    checkInputs(values, runner),
  )
  maskLogin(inputs, runner)
  const result = await run(inputs, runner)
  runner.setOutputs({
    image: result.image,
    digest: result.digest,
    tags: result.copy.tags.map(({ name }) => `${result.repository}:${name}`).join('\n'),
    'platform-digests': result.platformDigests.join('\n'),
    referrers: JSON.stringify(pushedReferrers(result.copy.referrers)),
  })
  await runner.writeSummary(renderSummary(result))
}

/** The login as HTTP writes it is as good as the password. */
function maskLogin({ username, password }: Inputs, runner: Runner): void {
  if (username === undefined || password === undefined) return
  for (const form of basicForms(username, password)) runner.mask(form)
}
