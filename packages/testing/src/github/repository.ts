/** A comment of an issue or pull request. */
export interface FakeComment {
  readonly id: number
  readonly issue: number
  readonly author: string
  body: string
}

/** A SARIF file that was uploaded. */
export interface FakeAnalysis {
  readonly id: string
  readonly commit: string
  readonly ref: string
  readonly sarif: string
  /** How often somebody asked whether it has been read. */
  looks: number
}

/** What a test decides about the repository. */
export interface RepositorySettings {
  /** Files by path, by commit. */
  readonly commits?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly code_scanning?: 'on' | 'off'
}

/** The repository that the server knows. */
export interface FakeGitHubRepository {
  /** `owner/name`. */
  readonly name: string
  host: string
  readonly settings: RepositorySettings
  readonly commits: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly comments: FakeComment[]
  readonly analyses: FakeAnalysis[]
  addComment(issue: number, body: string, author?: string): FakeComment
}

/** An empty repository. */
export function fakeRepository(name: string, settings: RepositorySettings): FakeGitHubRepository {
  const comments: FakeComment[] = []
  return {
    name,
    host: '',
    settings,
    commits: settings.commits ?? {},
    comments,
    analyses: [],
    addComment(issue, body, author = 'github-actions[bot]') {
      const comment = { id: 1000 + comments.length, issue, body, author }
      comments.push(comment)
      return comment
    },
  }
}
