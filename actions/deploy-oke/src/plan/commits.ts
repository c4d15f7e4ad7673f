import { ReportedError } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { accessOfRun, commitsBetween, connectGitHub } from '@oke-pipeline/github'
import type { ReleasePlan } from '@oke-pipeline/kubernetes'
import type { Commits } from './render-plan.ts'

/** The commits since the release in force; undefined where it was made from another repository. */
export async function commitsSince(
  { current, release }: ReleasePlan,
  token: string,
  runner: Runner,
): Promise<Commits | undefined> {
  const { serverUrl, repository } = runner.run
  const [base, head] = [current?.source.sha, release.source.sha]
  if (serverUrl === undefined || repository === undefined) return undefined
  if (base === undefined || head === undefined || base === head) return undefined
  if (current?.source.repository !== repository) return undefined
  const url = `${serverUrl}/${repository}/compare/${base}...${head}`
  try {
    const github = connectGitHub(accessOfRun(runner.environment, token), runner)
    return { url, comparison: await commitsBetween(github, { base, head }) }
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    // The plan stands without them: the link leads to the same list.
    runner.log.warning(`The commits since the release in force are not listed: ${error.message}`)
    return { url, comparison: undefined }
  }
}
