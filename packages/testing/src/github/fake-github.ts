import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { answers, problem } from './answers.ts'
import type { Answer, Question } from './answers.ts'
import { isAllowed, operations } from './operations.ts'
import type { Operation, OperationName, Permissions } from './operations.ts'
import { fakeRepository } from './repository.ts'
import type { FakeGitHubRepository, RepositorySettings } from './repository.ts'

/** A request that the server got. */
export interface GitHubRequest {
  readonly operation: OperationName | 'unknown'
  readonly status: number
}

/** How a request of an operation fails instead of being done; or what is lost after it was done. */
export interface GitHubFault {
  readonly operation: OperationName
  readonly status: number
  readonly message?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whether it is done before the answer fails. */
  readonly isDone?: boolean
}

/** GitHub's REST API, as far as the actions use it. */
export interface FakeGitHub extends AsyncDisposable {
  readonly url: URL
  readonly token: string
  /** What a runner sets, so that the actions find this server. */
  readonly environment: Readonly<Record<string, string>>
  readonly repository: FakeGitHubRepository
  readonly requests: GitHubRequest[]
  failNext(...faults: readonly GitHubFault[]): void
}

/** What a test decides. */
export interface FakeGitHubOptions extends RepositorySettings {
  /** `permissions:` of the job. */
  readonly permissions: Permissions
}

const token = 'ghs_token-of-the-fake-github'

/**
 * Starts a server on the loopback interface that holds requests to GitHub's schemas, and to the
 * permissions that the test states for its job: an action that asks for more fails in its test.
 */
export async function startFakeGitHub(options: FakeGitHubOptions): Promise<FakeGitHub> {
  const repository = fakeRepository('acme/hello', options)
  const requests: GitHubRequest[] = []
  const faults: GitHubFault[] = []
  const server = createServer((incoming, outgoing) => {
    void serve(
      { repository, requests, faults, permissions: options.permissions },
      incoming,
      outgoing,
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  const host = `127.0.0.1:${address.port}`
  repository.host = host
  return {
    url: new URL(`http://${host}/`),
    token,
    environment: { GITHUB_API_URL: `http://${host}`, GITHUB_REPOSITORY: repository.name },
    repository,
    requests,
    failNext: (...added) => void faults.push(...added),
    [Symbol.asyncDispose]() {
      server.closeAllConnections()
      return new Promise((closed) => server.close(() => closed()))
    },
  }
}

interface World {
  readonly repository: FakeGitHubRepository
  readonly requests: GitHubRequest[]
  readonly faults: GitHubFault[]
  readonly permissions: Permissions
}

async function serve(
  world: World,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', `http://${world.repository.host}`)
  const prefix = `/repos/${world.repository.name}`
  const path = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : ''
  const operation = operations.find(
    (candidate) => candidate.method === incoming.method && candidate.path.test(path),
  )
  const text = await textOf(incoming)
  const answer =
    operation === undefined
      ? problem(404, 'Not Found')
      : answerTo(world, operation, {
          authorization: incoming.headers.authorization,
          parameter: operation.path.exec(path)?.[1] ?? '',
          query: url.searchParams,
          text,
        })
  world.requests.push({ operation: operation?.name ?? 'unknown', status: answer.status })
  const isText = typeof answer.body === 'string'
  outgoing.writeHead(answer.status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'x-github-request-id': 'FAKE:1',
    ...answer.headers,
  })
  outgoing.end(isText ? answer.body : JSON.stringify(answer.body))
}

interface Request extends Pick<Question, 'parameter' | 'query'> {
  readonly authorization: string | undefined
  readonly text: string
}

function answerTo(world: World, operation: (typeof operations)[number], request: Request): Answer {
  if (request.authorization !== `token ${token}`) return problem(401, 'Bad credentials')
  if (!isAllowed(operation, world.permissions)) {
    return problem(403, 'Resource not accessible by integration')
  }
  const body = request.text === '' ? {} : (JSON.parse(request.text) as Question['body'])
  const complaint = complaintOf(operation, body)
  if (complaint !== undefined) return problem(422, `Invalid request. ${complaint}`)
  const index = world.faults.findIndex((candidate) => candidate.operation === operation.name)
  const [fault] = index < 0 ? [] : world.faults.splice(index, 1)
  const question = { ...request, body }
  if (fault === undefined) return answers[operation.name](world.repository, question)
  if (fault.isDone === true) answers[operation.name](world.repository, question)
  return { ...problem(fault.status, fault.message ?? 'Server Error'), headers: fault.headers ?? {} }
}

function complaintOf(operation: Operation, body: Question['body']): string | undefined {
  if (operation.body === undefined) return undefined
  const validate = validatorOf(operation.body)
  if (validate(body)) return undefined
  const [first] = validate.errors ?? []
  return `${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}`
}

function validatorOf(schema: object): ValidateFunction {
  const ajv = new Ajv({ strict: true })
  formats.default(ajv)
  return ajv.compile(schema)
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
