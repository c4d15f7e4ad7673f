import { getOctokit } from '@actions/github'
import { ConfigurationError, retry, version } from '@oke-pipeline/core'
import type { Http, HttpRequest, RetryPolicy, RetryPorts } from '@oke-pipeline/core'
import { reportedBy } from './github-error.ts'
import type { Use } from './use.ts'

/** The REST client that the calls of this package are written with. */
export type Octokit = ReturnType<typeof getOctokit>

/** The repository of a run, and the right to call GitHub's API about it. */
export interface GitHub {
  readonly owner: string
  readonly repo: string
  /**
   * Makes a call, again when GitHub fails for a moment or asks to wait; so `work` must do the same
   * when it is done twice.
   * @throws ConfigurationError that names a missing permission, ServiceError for other answers.
   */
  call<T>(use: Use, work: (octokit: Octokit) => Promise<T>): Promise<T>
}

/** Which repository, where its API is, and with what right. */
export interface GitHubAccess {
  /** `owner/name`. */
  readonly repository: string
  readonly token: string
  /** `https://api.github.com`, or that of an own GitHub Enterprise Server. */
  readonly api: URL
}

/** What calls need of the world. */
export interface GitHubPorts extends RetryPorts {
  readonly http: Http
}

/** Secondary rate limits ask for a minute, so the usual deadline of a minute is too short. */
const patience: RetryPolicy = { attempts: 5, deadlineSeconds: 240, firstDelaySeconds: 1 }

/** The one place where a client for GitHub's API is made. */
export function connectGitHub(
  { repository, token, api }: GitHubAccess,
  ports: GitHubPorts,
): GitHub {
  const [owner = '', repo = ''] = repository.split('/')
  const octokit = getOctokit(token, {
    baseUrl: api.href.replace(/\/$/, ''),
    userAgent: `oke-pipeline/${version}`,
    request: { fetch: fetchThrough(ports.http) },
    log: quiet,
  })
  return {
    owner,
    repo,
    call: (use, work) =>
      retry(
        async () => {
          try {
            return await work(octokit)
          } catch (error) {
            throw reportedBy(error, use, ports.clock.now())
          }
        },
        ports,
        patience,
      ),
  }
}

/** Octokit would write warnings of deprecated calls to the console, past the log port. */
const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** What Octokit passes to the fetch function that it is given. */
interface FetchOptions {
  readonly method?: HttpRequest['method']
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** The HTTP port in the form of a fetch function: its time limits and its cancellation count. */
function fetchThrough(http: Http): (url: string, options?: FetchOptions) => Promise<Response> {
  return async (url, { method = 'GET', headers = {}, body } = {}) => {
    const answer = await http.request({
      method,
      url: new URL(url),
      headers,
      ...(body === undefined ? {} : { body }),
      service: 'GitHub',
      timeoutSeconds: 120,
    })
    const response = new Response(answer.body, {
      status: answer.status,
      headers: [...answer.headers.entries()],
    })
    // Of its own it has none: only fetch can set it.
    return Object.defineProperty(response, 'url', { value: answer.url })
  }
}

/** The names of variables that a runner sets about its GitHub. */
export interface GitHubEnvironment {
  readonly GITHUB_API_URL?: string | undefined
  readonly GITHUB_REPOSITORY?: string | undefined
}

/**
 * The repository and the API of the run.
 * @throws {@link ConfigurationError} outside of a run.
 */
export function accessOfRun(
  environment: Readonly<Record<string, string | undefined>>,
  token: string,
): GitHubAccess {
  const { GITHUB_API_URL: api = '', GITHUB_REPOSITORY: repository = '' } = environment
  const url = URL.canParse(api === '' ? publicApi : api) ? new URL(api || publicApi) : undefined
  if (url !== undefined && isTrusted(url) && /^[^/]+\/[^/]+$/.test(repository)) {
    return { repository, token, api: url }
  }
  throw new ConfigurationError({
    title: 'GitHub cannot be called from here',
    explanation: `GITHUB_REPOSITORY is "${repository}" and GITHUB_API_URL is "${api}", and neither is what a runner sets.`,
    remedy: 'Run this step in a workflow of GitHub Actions, and do not set these variables.',
  })
}

const publicApi = 'https://api.github.com'

/** A token goes over TLS, or not out of this machine. */
function isTrusted({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true
  return protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
}
