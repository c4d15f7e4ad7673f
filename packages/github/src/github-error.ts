import {
  ConfigurationError,
  ReportedError,
  ServiceError,
  causeOf,
  isRetryableStatus,
  messageOf,
  retryAfterOf,
} from '@oke-pipeline/core'
import type { ServiceReport } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { Use } from './use.ts'

/** What Octokit throws for an answer of 400 and more. */
const refusalSchema = v.object({
  status: v.number(),
  response: v.object({
    headers: v.record(v.string(), v.union([v.string(), v.number()])),
    data: v.optional(v.unknown()),
  }),
})

type Refusal = v.InferOutput<typeof refusalSchema>

/** Turns what a call to GitHub threw into an error that says what to change. */
export function reportedBy(thrown: unknown, use: Use, now: Date): unknown {
  if (thrown instanceof ReportedError) return thrown
  // No answer came: Octokit wraps the error of the HTTP port.
  const cause = causeOf(thrown)
  if (cause instanceof ReportedError) return cause
  const outcome = v.safeParse(refusalSchema, thrown)
  if (!outcome.success) return thrown
  return errorOf({ ...outcome.output, use, now, said: messageIn(outcome.output) })
}

interface Answer extends Refusal {
  readonly use: Use
  readonly now: Date
  /** What GitHub says, in its own words. */
  readonly said: string
}

function errorOf(answer: Answer): ReportedError {
  if (isRateLimit(answer)) return rateLimited(answer)
  if (answer.status === 401) return badToken(answer)
  if (isSwitchedOff(answer)) return switchedOff(answer)
  // A token that may not even see something gets "not found" about it.
  if (answer.status === 403 || answer.status === 404) return missingPermission(answer)
  return serviceError(answer, {
    explanation: `It answered ${answer.status}: ${answer.said}.`,
    isRetryable: isRetryableStatus(answer.status),
  })
}

function messageIn({ response: { data } }: Refusal): string {
  const message = typeof data === 'object' ? messageOf(data) : ''
  return message.slice(0, 500).replace(/\.$/, '') || 'no reason given'
}

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function isRateLimit({ status, response: { headers }, said }: Answer): boolean {
  if (status !== 403 && status !== 429) return false
  const isUsedUp = String(headers['x-ratelimit-remaining'] ?? '') === '0'
  return status === 429 || isUsedUp || 'retry-after' in headers || /rate limit/i.test(said)
}

function rateLimited(answer: Answer): ServiceError {
  return serviceError(answer, {
    explanation: `Too many calls were made with this token: ${answer.said}.`,
    remedy: 'Run the job again later, or make fewer calls with the same token at once.',
    isRetryable: true,
    retryAfterSeconds: secondsToWait(answer),
  })
}

/** A limit without a time asks for a minute at least. */
const usualWaitSeconds = 60

function secondsToWait({ response: { headers }, now }: Answer): number {
  const asked = retryAfterOf(new Headers({ 'retry-after': String(headers['retry-after'] ?? '') }))
  if (asked !== undefined) return asked
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN)
  if (Number.isNaN(reset)) return usualWaitSeconds
  return Math.max(1, Math.ceil(reset - now.getTime() / 1000))
}

function badToken({ use }: Answer): ConfigurationError {
  return new ConfigurationError({
    title: `Cannot ${use.purpose}`,
    explanation: 'GitHub does not accept the token.',
    remedy: `Give "\${{ github.token }}" as "github-token", and "${use.permission}" in this job's permissions.`,
  })
}

/** Code scanning is there for public repositories, and for private ones that pay for it. */
function isSwitchedOff({ status, said }: Answer): boolean {
  return status === 403 && /must be enabled|not enabled|is disabled/i.test(said)
}

function switchedOff({ use, said }: Answer): ConfigurationError {
  return new ConfigurationError({
    title: `Cannot ${use.purpose}`,
    explanation: `GitHub says: ${said}.`,
    remedy: 'Switch it on in the settings of the repository, or leave this out of the step.',
  })
}

function missingPermission({ use, status, said }: Answer): ConfigurationError {
  return new ConfigurationError({
    title: `Cannot ${use.purpose}`,
    explanation: `Missing permission "${use.permission}" (GitHub answered ${status}: ${said}).`,
    remedy: `Add it to this job's permissions. The token of a run for a pull request from a fork can only read.`,
  })
}

function serviceError(
  { use, status, response: { headers } }: Answer,
  report: Pick<ServiceReport, 'explanation' | 'remedy' | 'isRetryable' | 'retryAfterSeconds'>,
): ServiceError {
  const requestId = headers['x-github-request-id']
  return new ServiceError({
    service: 'GitHub',
    title: `Cannot ${use.purpose}`,
    status,
    ...(requestId === undefined ? {} : { requestId: String(requestId) }),
    ...report,
  })
}
