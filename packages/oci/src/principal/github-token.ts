import {
  ConfigurationError,
  ServiceError,
  isRetryableStatus,
  messageOf,
  retry,
} from '@oke-pipeline/core'
import * as v from 'valibot'
import { parseJson, readJson } from '../client/read-json.ts'
import type { PrincipalPorts } from './ports.ts'

const service = 'GitHub’s OIDC token service'

/**
 * A token that says which workflow runs, for one audience. It is good for some minutes only, so
 * each exchange gets its own.
 * @throws ConfigurationError that names the YAML to add where the job may not have a token.
 */
export async function githubToken(audience: string, ports: PrincipalPorts): Promise<string> {
  const url = ports.environment.ACTIONS_ID_TOKEN_REQUEST_URL ?? ''
  const bearer = ports.environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? ''
  if (url === '' || bearer === '') throw await noPermission(ports)
  const address = new URL(url)
  address.searchParams.set('audience', audience)
  const token = await retry(() => request(address, bearer, ports), ports)
  ports.mask(token)
  return token
}

async function request(url: URL, bearer: string, { http }: PrincipalPorts): Promise<string> {
  const response = await http.request({
    method: 'GET',
    url,
    headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
    redirect: 'manual',
    service,
  })
  if (response.status !== 200) throw refused(response.status)
  try {
    return (await readJson(v.object({ value: v.pipe(v.string(), v.minLength(1)) }), response)).value
  } catch (error) {
    throw new ServiceError({
      service,
      title: 'GitHub gave no OIDC token',
      explanation: `Its answer cannot be used: ${messageOf(error)}.`,
      remedy: 'Run this job again; look at githubstatus.com.',
      isRetryable: true,
      cause: error,
    })
  }
}

function refused(status: number): ServiceError {
  return new ServiceError({
    service,
    title: 'GitHub gave no OIDC token',
    explanation: `It answered with ${status}.`,
    remedy: 'Run this job again; look at githubstatus.com.',
    status,
    isRetryable: isRetryableStatus(status),
  })
}

async function noPermission(ports: PrincipalPorts): Promise<ConfigurationError> {
  if (await isForkPullRequest(ports)) return forkGetsNothing()
  return new ConfigurationError({
    title: 'Missing permission "id-token: write"',
    explanation:
      'This job may not ask GitHub for an OIDC token, by which this step proves what it is.',
    remedy:
      'Add "permissions: { id-token: write, contents: read }" to this job; a reusable workflow needs it in the job that calls it as well.',
  })
}

/** The error for a step that has to sign in and cannot, since the code is of a fork. */
export function forkGetsNothing(): ConfigurationError {
  return new ConfigurationError({
    title: 'A pull request from a fork gets no OIDC token',
    explanation:
      'GitHub gives neither a token nor secrets to a workflow that runs the code of a fork, so that it cannot act as this repository.',
    remedy:
      'Leave this step out of such runs, with "if: github.event.pull_request.head.repo.fork != true".',
  })
}

const eventSchema = v.object({
  pull_request: v.object({ head: v.object({ repo: v.nullish(v.object({ fork: v.boolean() })) }) }),
})

/** Whether the run is of a pull request whose branch is in a fork, or in one that is gone. */
export async function isForkPullRequest(ports: PrincipalPorts): Promise<boolean> {
  const { run } = ports
  if (run.eventName !== 'pull_request' || run.eventPath === undefined) return false
  try {
    const event = parseJson(eventSchema, await ports.readFile(run.eventPath))
    return event.pull_request.head.repo?.fork ?? true
  } catch {
    // Only the words of an error depend on it: without the event they are the general ones.
    return false
  }
}
