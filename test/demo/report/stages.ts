import type { Act } from '../run-demo.ts'
import { stepOf } from '../scenario.ts'
import type { StepRun } from '../workflow-run.ts'

/** One row of the report: a stage of the pipeline, and the digest that it worked on. */
export interface StageRow {
  readonly stage: string
  readonly environment: string
  readonly result: StepRun['result']
  readonly digest: string
  readonly seconds: number
}

/** The steps that are stages, in the order of the flow, by their ids in the shipped workflows. */
const stages = [
  { id: 'build', job: 'build', stage: 'Build', environment: '' },
  { id: 'test', job: 'build', stage: 'Test', environment: '' },
  { id: 'scan', job: 'build', stage: 'Scan gate', environment: '' },
  { id: 'push', job: 'build', stage: 'Push', environment: '' },
  { id: 'deploy', job: 'dev', stage: 'Deploy', environment: 'dev' },
  { id: 'promote', job: 'production', stage: 'Promote', environment: 'production' },
  { id: 'deploy', job: 'production', stage: 'Deploy', environment: 'production' },
] as const

/** The rows of a scenario; stages that were not reached are skipped ones. */
export function stageRows({ observation: { run } }: Act): readonly StageRow[] {
  return stages.map(({ id, job, stage, environment }) => {
    const step = stepOf(run, id, job)
    return {
      stage,
      environment,
      result: step?.result ?? 'skipped',
      digest: step?.outputs.digest ?? '',
      seconds: step?.seconds ?? 0,
    }
  })
}
