import type { GitHub } from './connect.ts'

/** A commit, as people look for it. */
export interface Commit {
  readonly sha: string
  /** The first line of its message. */
  readonly subject: string
  readonly author: string | undefined
}

/** How one commit follows on another. */
export interface Comparison {
  /** `behind` and `diverged`: there are commits that the later one does not have. */
  readonly status: 'ahead' | 'behind' | 'diverged' | 'identical'
  /** How many commits the later one has more; `commits` holds 100 of them at most. */
  readonly ahead: number
  /** How many it does not have. */
  readonly behind: number
  /** Oldest first. */
  readonly commits: readonly Commit[]
}

/**
 * Compares two commits of the repository of the run, after
 * https://docs.github.com/rest/commits/commits#compare-two-commits.
 * @throws ConfigurationError or ServiceError.
 */
export async function commitsBetween(
  github: GitHub,
  { base, head }: { readonly base: string; readonly head: string },
): Promise<Comparison> {
  const { owner, repo } = github
  const use = { purpose: `compare commit ${base} with ${head}`, permission: 'contents: read' }
  const { data } = await github.call(use, (octokit) =>
    octokit.rest.repos.compareCommitsWithBasehead({
      owner,
      repo,
      basehead: `${base}...${head}`,
      per_page: 100,
    }),
  )
  return {
    status: data.status,
    ahead: data.ahead_by,
    behind: data.behind_by,
    commits: data.commits.map(({ sha, commit }) => ({
      sha,
      subject: commit.message.split('\n', 1)[0] ?? '',
      author: commit.author?.name,
    })),
  }
}
