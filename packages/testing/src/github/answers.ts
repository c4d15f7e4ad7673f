import { gunzipSync } from 'node:zlib'
import type { OperationName } from './operations.ts'
import type { FakeComment, FakeGitHubRepository } from './repository.ts'

/** What the server says to a request. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that is allowed, and whose body is as the schema wants it. */
export interface Question {
  /** The first parameter of the path after the repository. */
  readonly parameter: string
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

/** An answer that says what is wrong, in the form that GitHub gives it. */
export function problem(status: number, message: string): Answer {
  const body = { message, documentation_url: 'https://docs.github.com/rest', status: `${status}` }
  return { status, body }
}

/** What GitHub does for each operation, as far as the actions can tell. */
export const answers: Readonly<
  Record<OperationName, (repository: FakeGitHubRepository, question: Question) => Answer>
> = {
  'list-comments': (repository, { parameter, query }) => {
    const all = repository.comments.filter(({ issue }) => issue === Number(parameter))
    const size = Number(query.get('per_page') ?? '30')
    const page = Number(query.get('page') ?? '1')
    const shown = all.slice((page - 1) * size, page * size)
    const hasMore = all.length > page * size
    const next = `http://${repository.host}/repos/${repository.name}/issues/${parameter}/comments?per_page=${size}&page=${page + 1}`
    return {
      status: 200,
      body: shown.map((comment) => commentAnswer(repository, comment)),
      ...(hasMore ? { headers: { link: `<${next}>; rel="next"` } } : {}),
    }
  },
  'create-comment': (repository, { parameter, body }) => {
    const comment = repository.addComment(Number(parameter), String(body.body))
    return { status: 201, body: commentAnswer(repository, comment) }
  },
  'update-comment': (repository, { parameter, body }) => {
    const comment = repository.comments.find(({ id }) => id === Number(parameter))
    if (comment === undefined) return problem(404, 'Not Found')
    comment.body = String(body.body)
    return { status: 200, body: commentAnswer(repository, comment) }
  },
  'upload-sarif': (repository, { body }) => {
    const { code_scanning: codeScanning } = repository.settings
    if (codeScanning === 'off') {
      return problem(403, 'Code Security must be enabled for this repository to use code scanning.')
    }
    const bytes = Buffer.from(String(body.sarif), 'base64')
    if (bytes.byteLength > 10 * 1024 * 1024) return problem(413, 'Payload Too Large')
    const id = `47177e22-5596-11eb-80a1-${repository.analyses.length.toFixed(0).padStart(12, '0')}`
    repository.analyses.push({
      id,
      commit: String(body.commit_sha),
      ref: String(body.ref),
      sarif: gunzipSync(bytes).toString(),
      looks: 0,
    })
    return { status: 202, body: { id, url: `http://${repository.host}/sarifs/${id}` } }
  },
  'get-sarif': (repository, { parameter }) => {
    const analysis = repository.analyses.find(({ id }) => id === parameter)
    if (analysis === undefined) return problem(404, 'Not Found')
    analysis.looks += 1
    if (analysis.looks === 1) return { status: 200, body: { processing_status: 'pending' } }
    const errors = errorsIn(analysis.sarif)
    if (errors.length > 0) return { status: 200, body: { processing_status: 'failed', errors } }
    return { status: 200, body: { processing_status: 'complete', analyses_url: 'x', errors: null } }
  },
  'get-content': (repository, { parameter, query }) => {
    const files = repository.commits[query.get('ref') ?? '']
    if (files === undefined) return problem(404, 'No commit found for the ref')
    const text = files[decodeURIComponent(parameter)]
    return text === undefined ? problem(404, 'Not Found') : { status: 200, body: text }
  },
  'get-commit': (repository, { parameter }) =>
    parameter in repository.commits
      ? { status: 200, body: { sha: parameter } }
      : problem(404, 'Not Found'),
  'compare-commits': (repository, { parameter }) => compare(repository, parameter.split('...')),
}

/** The commits of this repository are one line of history, in the order in which they are given. */
function compare(
  { commits }: FakeGitHubRepository,
  [base = '', head = '']: readonly string[],
): Answer {
  const shas = Object.keys(commits)
  const [from, to] = [shas.indexOf(base), shas.indexOf(head)]
  if (from < 0 || to < 0) return problem(404, 'Not Found')
  const body = {
    status: from < to ? 'ahead' : from > to ? 'behind' : 'identical',
    ahead_by: Math.max(0, to - from),
    behind_by: Math.max(0, from - to),
    commits: shas.slice(from + 1, to + 1).map((sha) => ({
      sha,
      commit: { message: `Change ${sha.slice(0, 4)}\n\nAt length.`, author: { name: 'Ada' } },
    })),
  }
  return { status: 200, body }
}

function commentAnswer({ host, name }: FakeGitHubRepository, comment: FakeComment): object {
  return {
    id: comment.id,
    body: comment.body,
    user: { login: comment.author, type: comment.author.endsWith('[bot]') ? 'Bot' : 'User' },
    author_association: comment.author.endsWith('[bot]') ? 'NONE' : 'CONTRIBUTOR',
    html_url: `http://${host}/${name}/pull/${comment.issue}#issuecomment-${comment.id}`,
  }
}

interface SarifLog {
  readonly version?: unknown
  readonly runs?: readonly {
    readonly tool?: { readonly driver?: { readonly name?: unknown } }
    readonly results?: readonly { readonly message?: unknown; readonly locations?: unknown[] }[]
  }[]
}

/** What code scanning complains of: https://docs.github.com/code-security/reference/code-scanning/sarif-support-for-code-scanning */
function errorsIn(sarif: string): readonly string[] {
  const { version, runs } = JSON.parse(sarif) as SarifLog
  if (version !== '2.1.0') return ['Only SARIF 2.1.0 is supported']
  if (runs === undefined || runs.length > 20) return ['1 to 20 runs are supported']
  return runs.flatMap(({ tool, results = [] }) => [
    ...(typeof tool?.driver?.name === 'string' ? [] : ['The tool has no name']),
    ...(results.length > 25_000
      ? ['rejecting SARIF, as there are more results per run than allowed']
      : []),
    ...results.flatMap(({ locations = [] }) =>
      locations.length > 0 ? [] : ['locationFromSarifResult: expected at least one location'],
    ),
  ])
}
