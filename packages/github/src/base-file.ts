import { ConfigurationError } from '@oke-pipeline/core'
import type { GitHub } from './connect.ts'

/**
 * The text of a file at a commit, such as the base of a pull request.
 * @returns undefined when there is no such file.
 * @throws ConfigurationError or ServiceError.
 */
export async function fileAt(
  github: GitHub,
  path: string,
  commit: string,
): Promise<string | undefined> {
  const { owner, repo } = github
  const use = { purpose: `read "${path}" at ${commit}`, permission: 'contents: read' }
  return github.call(use, async (octokit) => {
    try {
      const { data } = await octokit.rest.repos.getContent({
        owner,
        repo,
        path,
        ref: commit,
        mediaType: { format: 'raw' },
      })
      return textOf(data, path)
    } catch (error) {
      // A token that may not read the repository gets 404 about the commit as well.
      if (isNotFound(error) && (await isCommit(github, commit))) return undefined
      throw error
    }
  })
}

async function isCommit(github: GitHub, commit: string): Promise<boolean> {
  const { owner, repo } = github
  const use = { purpose: `read commit ${commit}`, permission: 'contents: read' }
  await github.call(use, (octokit) =>
    octokit.rest.git.getCommit({ owner, repo, commit_sha: commit }),
  )
  return true
}

function isNotFound(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'status') === 404
}

/** With the raw media type, a file comes as text; a folder comes as a list. */
function textOf(data: unknown, path: string): string {
  if (typeof data === 'string') return data
  throw new ConfigurationError({
    title: `"${path}" is no file in the base of the pull request`,
    explanation: 'It is a folder there.',
    remedy: 'Give the path of a file.',
  })
}
