import {
  ConfigurationError,
  ServiceError,
  isRetryableStatus,
  messageOf,
  systemCodeOf,
} from '@oke-pipeline/core'
import { parseStatus } from './api-status.ts'
import type { ApiStatus } from './api-status.ts'
import { parseDeniedAccess, roleFor, rulesAllowing } from './denied-access.ts'
import type { DeniedAccess } from './denied-access.ts'
import type { ClusterAccess } from './kubeconfig.ts'
import type { ApiAnswer, ApiRequest } from './transport.ts'

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
  if (denied !== undefined) return new ApiError({ ...common, ...forbidden(denied) }, status, denied)
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

function unauthorized(access: ClusterAccess): Wording {
  const { user } = access
  const how = user.exec
    ? 'the token that its credential plugin made'
    : user.token !== undefined
      ? 'its token'
      : user.certData
        ? 'its client certificate'
        : 'it has none'
  return {
    title: `The ${serviceName(access)} refused the credentials`,
    explanation: `It does not accept those of the kubeconfig user "${user.name}" (${how}): they are wrong, expired or revoked (401).`,
    remedy:
      'Put a kubeconfig with valid credentials into the secret that the input "kubeconfig" names.',
  }
}

function forbidden(denied: DeniedAccess): Wording {
  const { user, verb, resource, apiGroup, namespace } = denied
  const group = apiGroup === '' ? '' : ` (API group "${apiGroup}")`
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  return {
    title: `"${user}" may not ${verb} ${resource}${group} ${where}`,
    explanation: 'RBAC of the cluster does not allow it (403).',
    remedy: `Add this rule to ${roleFor(denied)} that is bound to this user: ${rulesAllowing([denied])}`,
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
const certificateReasons: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'it is not signed by the authority that the kubeconfig gives',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is not signed by the authority that the kubeconfig gives',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it is not signed by the authority that the kubeconfig gives',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'it is not signed by the authority that the kubeconfig gives',
  CERT_SIGNATURE_FAILURE: 'it is not signed by the authority that the kubeconfig gives',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host name',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
}

/** The error for a request that got no answer at all. */
export function connectionError(access: ClusterAccess, error: unknown): Error {
  const code = systemCodeOf(error) ?? ''
  const isCertificate = code in certificateReasons
  if (isCertificate) return certificateError(access, certificateReasons[code] ?? code, error)
  if (isUnusableCertificate(code)) return unusableClientCertificate(access, error)
  const reason = unreachableReasons[code] ?? messageOf(error)
  return new ServiceError({
    service: serviceName(access),
    title: `No answer from the ${serviceName(access)}`,
    explanation: `The request failed: ${reason}${code === '' ? '' : ` (${code})`}.`,
    remedy:
      'Check the server address in the kubeconfig, and that this runner can reach it: a private endpoint needs a runner inside its network.',
    isRetryable: true,
    cause: error,
  })
}

function certificateError(access: ClusterAccess, reason: string, error: unknown): ServiceError {
  return new ServiceError({
    service: serviceName(access),
    title: `The certificate of the ${serviceName(access)} is not trusted`,
    explanation: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`,
    remedy:
      'Check "certificate-authority-data", "server" and "tls-server-name" in the kubeconfig: they must be those of this cluster.',
    cause: error,
  })
}

/** OpenSSL could not read what the kubeconfig gives as certificate, key or authority. */
function isUnusableCertificate(code: string): boolean {
  return code.startsWith('ERR_OSSL') || code === 'ERR_CRYPTO_OPERATION_FAILED'
}

function unusableClientCertificate(access: ClusterAccess, error: unknown): ConfigurationError {
  return new ConfigurationError({
    title: `The certificates in the kubeconfig cannot be read`,
    explanation: `The client certificate and key of the user "${access.user.name}" and the authority of the cluster must be base64 of PEM, and must match.`,
    remedy: 'Write the kubeconfig again with "kubectl config view --raw --flatten --minify".',
    cause: error,
  })
}
