import {
  ConfigurationError,
  ServiceError,
  isRetryableStatus,
  messageOf,
  systemCodeOf,
} from '@oke-pipeline/core'
import type { AccessWords, ClusterAccess } from './access.ts'
import { parseStatus } from './api-status.ts'
import type { ApiStatus } from './api-status.ts'
import { bindingFor, parseDeniedAccess, roleFor, rulesAllowing } from './denied-access.ts'
import type { DeniedAccess } from './denied-access.ts'
import type { ApiAnswer, ApiRequest } from './exchange.ts'
import { kubeconfigWords } from './kubeconfig-words.ts'

/** A request that the API server understood and refused, with its reasons. */
export class ApiError extends ServiceError {
  readonly answer: ApiStatus
  /** What RBAC did not allow, when that was the reason. */
  readonly denied: DeniedAccess | undefined

  constructor(
    report: ConstructorParameters<typeof ServiceError>[0],
    answer: ApiStatus,
    denied?: DeniedAccess,
  ) {
    super(report)
    this.answer = answer
    this.denied = denied
  }
}

/** Whether an error is the server's word on one request, and not that it is unreachable or lets nobody in. */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && !error.isRetryable && error.status !== 401
}

/** Whether something thrown is an answer of the API server with one of these statuses. */
export function hasStatus(thrown: unknown, ...statuses: readonly number[]): thrown is ApiError {
  return thrown instanceof ApiError && statuses.includes(thrown.status ?? 0)
}

/** What the cluster is called in errors. */
export function serviceName({ cluster }: ClusterAccess): string {
  return `cluster ${cluster.server}`
}

/** The error that an answer with a status of 400 or more amounts to. */
export function apiError(access: ClusterAccess, request: ApiRequest, answer: ApiAnswer): ApiError {
  const status = parseStatus(answer.text)
  const retryAfterSeconds = status.retryAfterSeconds ?? secondsOf(answer.headers['retry-after'])
  const common = {
    service: serviceName(access),
    status: answer.status,
    isRetryable: isRetryableStatus(answer.status) && !isSchemaError(status),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  }
  if (answer.status === 401) return new ApiError({ ...common, ...unauthorized(access) }, status)
  const denied = answer.status === 403 ? parseDeniedAccess(status.message) : undefined
  if (denied !== undefined) {
    return new ApiError({ ...common, ...forbidden(access, denied) }, status, denied)
  }
  return new ApiError({ ...common, ...refused(access, request, { answer, status }) }, status)
}

/** Server-side apply answers a value of the wrong type with status 500. */
function isSchemaError({ message }: ApiStatus): boolean {
  return /failed to create typed (?:patch|live) object/.test(message)
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,4}$/.test(header) ? Number(header) : undefined
}

interface Wording {
  readonly title: string
  readonly explanation: string
  readonly remedy?: string
}

function wordsOf(access: ClusterAccess): AccessWords {
  return 'login' in access ? access.login.words : kubeconfigWords(access)
}

function unauthorized(access: ClusterAccess): Wording {
  const { credentials, ifRefused } = wordsOf(access)
  return {
    title: `The ${serviceName(access)} refused the credentials`,
    explanation: `It does not accept ${credentials} (401).`,
    remedy: ifRefused,
  }
}

function forbidden(access: ClusterAccess, denied: DeniedAccess): Wording {
  const { user, verb, resource, apiGroup, namespace } = denied
  const group = apiGroup === '' ? '' : ` (API group "${apiGroup}")`
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  return {
    title: `"${user}" may not ${verb} ${resource}${group} ${where}`,
    explanation: 'RBAC of the cluster does not allow it (403).',
    remedy: `Add this rule to ${roleFor(denied)} that is bound to this user: ${rulesAllowing([denied])}${'login' in access ? `\nA role is bound by: ${bindingFor(denied)}` : ''}`,
  }
}

function refused(
  access: ClusterAccess,
  request: ApiRequest,
  { answer, status }: { readonly answer: ApiAnswer; readonly status: ApiStatus },
): Wording {
  const reason = status.message === '' ? 'It gave no reason' : withoutFullStop(status.message)
  return {
    title: `The ${serviceName(access)} refused ${request.method} ${request.path}`,
    explanation: `${reason} (${answer.status}).`,
  }
}

function withoutFullStop(text: string): string {
  return text.trim().replace(/\.$/, '')
}

const unreachableReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed by the other side',
  EPIPE: 'the connection was closed by the other side',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'there was no answer in time',
}

/** Codes of Node.js and OpenSSL for certificates that do not hold. */
const certificateReasons: Readonly<Record<string, (words: AccessWords) => string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: otherAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: otherAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: otherAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: otherAuthority,
  CERT_SIGNATURE_FAILURE: otherAuthority,
  ERR_TLS_CERT_ALTNAME_INVALID: () => 'It is for another host name.',
  CERT_HAS_EXPIRED: () => 'It has expired.',
  CERT_NOT_YET_VALID: () => 'It is not valid yet.',
}

function otherAuthority({ source }: AccessWords): string {
  return `It is not signed by the authority that ${source} gives.`
}

/** The error for a request that got no answer at all. */
export function connectionError(access: ClusterAccess, error: unknown): Error {
  const code = systemCodeOf(error) ?? ''
  const certificateReason = certificateReasons[code]
  const words = wordsOf(access)
  if (certificateReason !== undefined) {
    return new ServiceError({
      service: serviceName(access),
      title: `The certificate of the ${serviceName(access)} is not trusted`,
      explanation: certificateReason(words),
      remedy: words.ifUntrusted,
      cause: error,
    })
  }
  if (isUnusableCertificate(code)) return unusableCertificates(words, error)
  const reason = unreachableReasons[code] ?? messageOf(error)
  return new ServiceError({
    service: serviceName(access),
    title: `No answer from the ${serviceName(access)}`,
    explanation: `The request failed: ${reason}${code === '' ? '' : ` (${code})`}.`,
    remedy: words.ifUnreachable,
    isRetryable: true,
    cause: error,
  })
}

/** OpenSSL could not read what is given as certificate, key or authority. */
function isUnusableCertificate(code: string): boolean {
  return code.startsWith('ERR_OSSL') || code === 'ERR_CRYPTO_OPERATION_FAILED'
}

function unusableCertificates({ source, ifUnreadable }: AccessWords, error: unknown): Error {
  return new ConfigurationError({
    title: `The certificates that ${source} gives cannot be read`,
    explanation: `${messageOf(error)}.`,
    remedy: ifUnreadable,
    cause: error,
  })
}
