import { basicForms, readInputs } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { checkInputs } from './check-inputs.ts'
import { declaration } from './declaration.ts'
import type { Inputs } from './declaration.ts'
import { outputsOf } from './outputs.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'
import { notScanned } from './scanning/not-scanned.ts'
import { writeSubjectChecksums } from './subject-checksums.ts'

/**
 * Pushes the image, and hands over its name by digest.
 * @throws ReportedError; where only OCI's scans are not seen to, what is pushed is handed over first.
 */
export async function main(runner: Runner): Promise<void> {
  const inputs = await readInputs(declaration.inputs, runner, (values) =>
    checkInputs(values, runner),
  )
  maskLogin(inputs, runner)
  const result = await run(inputs, runner)
  const subjectChecksums = await writeSubjectChecksums(result, runner.files)
  runner.setOutputs(outputsOf(result, { subjectChecksums }))
  await runner.writeSummary(renderSummary(result))
  const failure = notScanned([result, ...result.others])
  if (failure !== undefined) throw failure
}

/** The login as HTTP writes it is as good as the password. */
function maskLogin({ username, password }: Inputs, runner: Runner): void {
  if (username === undefined || password === undefined) return
  for (const form of basicForms(username, password)) runner.mask(form)
}
