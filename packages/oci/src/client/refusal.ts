import { ServiceError, inert, retryAfterOf } from '@oke-pipeline/core'
import type { HttpHeaders, HttpResponse } from '@oke-pipeline/core'
import * as v from 'valibot'
import { describeSkew, largestSkewSeconds, skewOf } from './clock-skew.ts'
import { readJson } from './read-json.ts'

/** What was being done when OCI refused, for the error's words. */
export interface Attempt {
  /** Such as `Listing the container repositories`. */
  readonly doing: string
  readonly url: URL
  readonly method: string
  /** Who asked, in words. */
  readonly identity: string
  /** The IAM policy that it takes: `Allow group … to read repos in compartment …`. */
  readonly policy: string | undefined
  readonly at: Date
}

interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly message: string
}

interface Words {
  readonly title: string
  readonly remedy: string
}

/** The error for an answer of OCI that is not what a call hopes for. */
export async function refusal(attempt: Attempt, response: HttpResponse): Promise<ServiceError> {
  const answer = await answerOf(response)
  const { title, remedy } = wordsFor(attempt, answer, response.headers)
  const requestId = requestIdOf(response)
  const retryAfterSeconds = retryAfterOf(response.headers)
  const says = [answer.code, answer.message].filter((part) => part !== undefined && part !== '')
  return new ServiceError({
    service: serviceOf(attempt),
    title,
    explanation: `${attempt.method} ${attempt.url.host}${attempt.url.pathname} was answered with ${answer.status}${says.length === 0 ? '' : ` (${says.join(': ')})`}, opc-request-id ${requestId ?? 'not given'}.`,
    remedy,
    status: answer.status,
    isRetryable: isRetryable(answer),
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

/** The error for an answer that is none of the ones that a service documents. */
export function unusableAnswer(
  { doing, ...attempt }: Attempt,
  response: HttpResponse,
  problem: { readonly says: string; readonly cause: unknown },
): ServiceError {
  const requestId = requestIdOf(response)
  return new ServiceError({
    service: serviceOf(attempt),
    title: `${doing} got an answer that cannot be used`,
    explanation: `${attempt.method} ${attempt.url.host}${attempt.url.pathname}: ${problem.says}, opc-request-id ${requestId ?? 'not given'}.`,
    remedy: 'Run this job again; if it stays, report it with the request id.',
    status: response.status,
    isRetryable: true,
    cause: problem.cause,
    ...(requestId === undefined ? {} : { requestId }),
  })
}

/** What OCI calls a request, for its support; only what is fit for a message. */
function requestIdOf({ headers }: HttpResponse): string | undefined {
  const id = headers.get('opc-request-id') ?? ''
  return /^[\w./-]{1,200}$/.test(id) ? id : undefined
}

function serviceOf({ url }: Pick<Attempt, 'url'>): string {
  return `OCI ${url.host}`
}

/** What Oracle's SDKs try again: passing faults, and things that are just being changed. */
function isRetryable({ status, code }: Answer): boolean {
  return [429, 500, 502, 503, 504].includes(status) || (status === 409 && code === 'IncorrectState')
}

function wordsFor(attempt: Attempt, answer: Answer, headers: HttpHeaders): Words {
  const { doing } = attempt
  switch (answer.status) {
    case 401:
      return unauthenticated(attempt, headers)
    case 403:
      return { title: `${doing} is not allowed`, remedy: permissionRemedy(attempt) }
    case 404:
      return {
        title: `${doing} found nothing, or is not allowed`,
        remedy: `OCI answers the same to both. Check the OCIDs and the region. ${permissionRemedy(attempt)} A new policy takes minutes to spread.`,
      }
    case 409:
      return { title: `${doing} conflicts with what is there`, remedy: 'Look at the explanation.' }
    case 412:
      return {
        title: `${doing} was refused: it was changed meanwhile`,
        remedy: 'Another job changes the same thing: run this job again.',
      }
    case 429:
      return {
        title: `${doing} was refused for now: too many requests`,
        remedy: 'Run fewer jobs at a time, or wait and run this job again.',
      }
    default:
      return other(attempt, answer)
  }
}

function other({ doing }: Attempt, { status, code }: Answer): Words {
  if (status >= 300 && status < 400) {
    return {
      title: `${doing} was redirected, which is not followed`,
      remedy: 'A signed request is sent to OCI only. Check the proxy of this runner.',
    }
  }
  if (code === 'LimitExceeded' || code === 'QuotaExceeded') {
    return {
      title: `${doing} exceeds a limit of the tenancy`,
      remedy: 'Ask for a higher service limit or quota, or remove what is not needed any more.',
    }
  }
  return status >= 500
    ? {
        title: `${doing} failed in OCI`,
        remedy: 'Run this job again; look at ocistatus.oraclecloud.com.',
      }
    : { title: `${doing} was refused`, remedy: 'Check the inputs of this step.' }
}

function permissionRemedy({ identity, policy }: Attempt): string {
  const who = `It was asked by ${identity}.`
  return policy === undefined ? who : `${who} It takes the policy: ${policy}.`
}

function unauthenticated({ doing, identity, at }: Attempt, headers: HttpHeaders): Words {
  const skew = skewOf(headers, at)
  if (skew !== undefined && Math.abs(skew) >= largestSkewSeconds) {
    return {
      title: `${doing} was refused: the clock of this runner is wrong`,
      remedy: `It is ${describeSkew(skew)}; signatures more than 5 min off are refused. Synchronise it (chrony, ntp).`,
    }
  }
  return {
    title: `${doing} was refused: OCI does not accept the identity`,
    remedy: `It was signed by ${identity}. Check that its key is the one that OCI has, that its session has not expired, that the tenancy is subscribed to the region, and that the key was not added only just now.`,
  }
}

const errorSchema = v.object({ code: v.string(), message: v.nullish(v.string(), '') })

const longestQuote = 300

async function answerOf(response: HttpResponse): Promise<Answer> {
  const { status } = response
  try {
    const { code, message } = await readJson(errorSchema, response)
    return { status, code: quoted(code), message: quoted(message) }
  } catch {
    // Proxies and load balancers answer in HTML: then the status has to say it all.
    return { status, code: undefined, message: '' }
  }
}

function quoted(text: string): string {
  return inert(text.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()).slice(
    0,
    longestQuote,
  )
}
