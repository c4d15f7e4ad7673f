import { ServiceError, isRetryableStatus, readBounded, retryAfterOf } from '@oke-pipeline/core'
import type { HttpResponse } from '@oke-pipeline/core'
import * as v from 'valibot'
import { parseDocument } from '../json-document.ts'

/** What was being done when a registry refused, for the error's words. */
export interface Attempt {
  readonly registry: string
  readonly repository: string
  readonly username: string | undefined
  /** Such as `Pushing the tag "1.2"`. */
  readonly doing: string
}

interface Answer {
  readonly status: number
  /** What the registry said of itself, such as `DENIED: requested access is denied`. */
  readonly says: string
  /** The token is good, but not for this: what other registries answer with 403. */
  readonly lacksScope: boolean
}

interface Words {
  readonly title: string
  readonly remedy: string
}

/** The error for an answer of a registry that is not what a call hopes for. */
export async function refusal(attempt: Attempt, response: HttpResponse): Promise<ServiceError> {
  const answer: Answer = {
    status: response.status,
    says: await textOf(response),
    lacksScope: response.headers.get('www-authenticate')?.includes('insufficient_scope') === true,
  }
  const { title, remedy } = wordsFor(attempt, answer)
  const requestId = response.headers.get('opc-request-id')
  const retryAfterSeconds = retryAfterOf(response.headers)
  return new ServiceError({
    service: `registry ${attempt.registry}`,
    title,
    explanation: `${attempt.doing} was answered with ${answer.status}${answer.says === '' ? '' : ` (${answer.says})`}.`,
    remedy,
    status: answer.status,
    isRetryable: isRetryableStatus(answer.status) || isLostUpload(answer),
    ...(requestId === null ? {} : { requestId }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

function wordsFor(attempt: Attempt, answer: Answer): Words {
  return wordsForReason(attempt, answer) ?? wordsForStatus(attempt, answer)
}

/** What registries say in the text of their answer only. */
function wordsForReason({ registry, repository }: Attempt, answer: Answer): Words | undefined {
  if (isImmutableTag(answer)) {
    return {
      title: `Repository "${repository}" ${immovable}`,
      remedy: 'Push under a tag that is not used yet, or make the repository’s tags mutable.',
    }
  }
  if (!isOverQuota(answer)) return undefined
  return {
    title: `Registry "${registry}" has no room for "${repository}"`,
    remedy: isOcir(registry)
      ? 'Delete images that nothing runs any more (a retention policy of the registry does it), or ask for a higher service limit of the tenancy: Limits, Quotas and Usage, service "Container Registry"; a quota policy of the compartment may set it as well.'
      : 'Delete images that nothing runs any more, or raise the quota of the project.',
  }
}

function wordsForStatus(attempt: Attempt, answer: Answer): Words {
  const { registry } = attempt
  switch (answer.status) {
    case 401:
      return answer.lacksScope && attempt.username !== undefined
        ? forbidden(attempt)
        : unauthorized(attempt)
    case 403:
      return forbidden(attempt)
    case 404:
      return isUnknownContent(answer) ? other(attempt, answer) : absent(attempt)
    case 405:
      return {
        title: `Registry "${registry}" takes no images`,
        remedy: 'It is read-only, for maintenance or because it mirrors another one: push to that.',
      }
    case 413:
      return {
        title: `Registry "${registry}" refuses content of this size`,
        remedy: 'Make the image’s layers smaller, or raise the limit of the proxy before it.',
      }
    case 429:
      return {
        title: `Registry "${registry}" limits the rate of requests`,
        remedy: 'Run fewer jobs at a time, or wait and run this job again.',
      }
    default:
      return other(attempt, answer)
  }
}

const immovable = 'does not let tags be moved'

/** Whether a registry refused because the tags of its repository are immutable. */
export function refusesToMoveTags(error: unknown): boolean {
  return error instanceof ServiceError && error.title.endsWith(immovable)
}

/** There is no error code for it: registries say it with 400, 403, 409 or 412 and these words. */
function isImmutableTag({ status, says }: Answer): boolean {
  return [400, 403, 405, 409, 412].includes(status) && /immutab|overwrit|already exists/i.test(says)
}

/** There is no error code for it either: registries say it with 400, 403, 412 or 413, and OCI by its own codes. */
function isOverQuota({ status, says }: Answer): boolean {
  return [400, 403, 412, 413].includes(status) && /quota|LimitExceeded|limit exceeded/i.test(says)
}

/**
 * Registries behind a load balancer may lose the place of an upload, and one may still be writing
 * what came over a connection that broke: another attempt may do.
 */
function isLostUpload({ says }: Answer): boolean {
  return /BLOB_UPLOAD_(?:UNKNOWN|INVALID)/.test(says)
}

function isUnknownContent({ says }: Answer): boolean {
  return /(BLOB|MANIFEST|UPLOAD)_UNKNOWN|UPLOAD_INVALID/.test(says)
}

function unauthorized({ registry, username }: Attempt): Words {
  if (username === undefined) {
    return {
      title: `Registry "${registry}" asks for credentials`,
      remedy: `Give "username" and "password" to this step.${ocirLogin(registry)}`,
    }
  }
  return {
    title: `Registry "${registry}" refuses the credentials of "${username}"`,
    remedy: `Check "username" and "password" of this step.${ocirLogin(registry)}`,
  }
}

function forbidden({ registry, repository, username }: Attempt): Words {
  const who = username === undefined ? 'anonymous users' : `"${username}"`
  const remedy = isOcir(registry)
    ? 'A policy must let its group "manage repos" in the compartment, and the repository must exist: OCIR makes it on the first push only where the tenancy has that switched on.'
    : 'Check that this user may push there, and that the repository exists.'
  return { title: `Registry "${registry}" denies ${who} access to "${repository}"`, remedy }
}

function absent({ registry, repository }: Attempt): Words {
  const remedy = isOcir(registry)
    ? 'Create the repository, in the compartment where it belongs: OCIR makes it on the first push only where the tenancy has that switched on. Check the region and the tenancy’s namespace.'
    : 'Create it, or check its name.'
  return { title: `Repository "${repository}" does not exist in registry "${registry}"`, remedy }
}

function other({ registry }: Attempt, { status }: Answer): Words {
  if (status >= 500) {
    return {
      title: `Registry "${registry}" fails`,
      remedy: 'Run this job again; if it stays, look at the status of the registry.',
    }
  }
  return {
    title: `Registry "${registry}" refuses the request`,
    remedy: 'Check that the registry takes OCI images and that the image’s name is right.',
  }
}

/** Whether a host is Oracle's registry, by its short or its long name. */
export function isOcir(registry: string): boolean {
  return /(^|\.)ocir\.io$/.test(registry) || /^ocir\.[a-z0-9-]+\.oci\.[a-z0-9.-]+$/.test(registry)
}

function ocirLogin(registry: string): string {
  if (!isOcir(registry)) return ''
  return ' For OCIR the user name is "<namespace>/<user>", or "<namespace>/<identity domain>/<user>" outside the Default domain, and the password is an auth token of that user, not the one for the console.'
}

const errorsSchema = v.object({
  errors: v.array(v.object({ code: v.string(), message: v.nullish(v.string(), '') })),
})

const longestErrorBytes = 64 * 1024
const longestQuote = 300

async function textOf(response: HttpResponse): Promise<string> {
  try {
    const bytes = await readBounded(response, longestErrorBytes)
    const { errors } = parseDocument(errorsSchema, bytes)
    return inOneLine(errors.map(({ code, message }) => `${code}: ${message}`).join('; '))
  } catch {
    // HEAD has no body, and proxies answer in HTML: then the status has to say it all.
    return ''
  }
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, longestQuote)
}
