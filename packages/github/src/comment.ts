import type { GitHub, Octokit } from './connect.ts'

/** A comment that is kept up to date instead of being written again with each run. */
export interface KeptComment {
  /** The number of the pull request. */
  readonly number: number
  /** Which of our comments it is: `scan-gate`. Hidden in the comment. */
  readonly key: string
  readonly markdown: string
}

/** GitHub takes no comment that is longer. */
export const commentLimitCharacters = 65_536

/**
 * Writes a comment, or replaces the one of the same key that was written before.
 * @returns its address.
 * @throws ConfigurationError or ServiceError.
 */
export async function keepComment(github: GitHub, comment: KeptComment): Promise<string> {
  const use = { purpose: 'comment on the pull request', permission: 'pull-requests: write' }
  const marker = markerOf(comment.key)
  const body = `${marker}\n${shortened(comment.markdown, commentLimitCharacters - marker.length - 1)}`
  // To look for it is part of what is tried again: an answer may be lost after the comment is made.
  return github.call(use, async (octokit) => {
    const { owner, repo } = github
    const before = await findComment(octokit, { github, number: comment.number, marker })
    const { data } =
      before === undefined
        ? await octokit.rest.issues.createComment({
            owner,
            repo,
            issue_number: comment.number,
            body,
          })
        : await octokit.rest.issues.updateComment({ owner, repo, comment_id: before, body })
    return data.html_url
  })
}

function markerOf(key: string): string {
  return `<!-- oke-pipeline ${key} -->`
}

interface Search {
  readonly github: GitHub
  readonly number: number
  readonly marker: string
}

/** Whoever may write to the repository; anybody can write a comment that starts with the marker. */
const trusted = ['OWNER', 'MEMBER', 'COLLABORATOR']

async function findComment(
  octokit: Octokit,
  { github: { owner, repo }, number, marker }: Search,
): Promise<number | undefined> {
  const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, {
    owner,
    repo,
    issue_number: number,
    per_page: 100,
  })
  for await (const { data } of pages) {
    const found = data.find(
      ({ body, user, author_association: association }) =>
        body?.startsWith(marker) && (user?.type === 'Bot' || trusted.includes(association)),
    )
    if (found !== undefined) return found.id
  }
  return undefined
}

function shortened(markdown: string, limit: number): string {
  if (markdown.length <= limit) return markdown
  const note = '\n\n… cut: the comment is longer than GitHub takes.\n'
  const cut = markdown.slice(0, limit - note.length)
  return `${cut.slice(0, cut.lastIndexOf('\n'))}${note}`
}
