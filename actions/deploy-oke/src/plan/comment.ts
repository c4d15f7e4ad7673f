import type { Runner } from '@oke-pipeline/core'
import { accessOfRun, connectGitHub, keepComment, pullRequestOf } from '@oke-pipeline/github'
import type { Plan } from '@oke-pipeline/kubernetes'

/**
 * Shows a plan as a comment of the pull request that the run is for.
 * @throws ConfigurationError or ServiceError.
 */
export async function commentPlan(
  plan: Plan,
  markdown: string,
  { token, runner }: { readonly token: string; readonly runner: Runner },
): Promise<void> {
  const request = await pullRequestOf(runner.run)
  if (request === undefined) {
    runner.log.info('No comment: this run is for no pull request')
    return
  }
  const github = connectGitHub(accessOfRun(runner.environment, token), runner)
  const key = `plan ${plan.namespace} ${plan.release}`
  const url = await keepComment(github, { number: request.number, key, markdown })
  runner.log.info(`Comment: ${url}`)
}
