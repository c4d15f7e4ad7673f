import type { Act } from '../run-demo.ts'
import type { StepRun } from '../workflow-run.ts'

/** The file, relative to the report, that holds the job summary of a step. */
export function summaryFile({ scenario }: Act, step: StepRun): string {
  const name = `${step.job} ${step.id}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return `summaries/${scenario.name}/${name}.md`
}
