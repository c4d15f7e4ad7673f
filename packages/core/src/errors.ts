/** Where in the user's files something is wrong. */
export interface Place {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** What every error that we report on purpose says. */
export interface Report {
  /** What failed, on which object: `Manifest "k8s/app.yml" is not valid YAML`. No full stop. */
  readonly title: string
  /** Why: whole sentences. */
  readonly explanation: string
  /** What to do about it: whole sentences that name the YAML to change. */
  readonly remedy?: string
  readonly place?: Place
  readonly cause?: unknown
}

/** An error made to be read by a user; anything else that is thrown is a bug of ours. */
export abstract class ReportedError extends Error {
  readonly title: string
  readonly explanation: string
  readonly remedy: string | undefined
  readonly place: Place | undefined

  constructor(report: Report) {
    const parts = [`${report.title}: ${report.explanation}`, report.remedy]
    super(parts.filter((part) => part !== undefined && part !== '').join(' '), {
      cause: report.cause,
    })
    this.name = new.target.name
    this.title = report.title
    this.explanation = report.explanation
    this.remedy = report.remedy
    this.place = report.place
  }
}

/** Something in the workflow, the inputs or the repository that the user can correct. */
export class ConfigurationError extends ReportedError {}

/** What a service answered, as far as it answered. */
export interface ServiceReport extends Report {
  /** The service that failed, as the user knows it: `registry 127.0.0.1:5000`. */
  readonly service: string
  readonly status?: number
  readonly requestId?: string
  /** Whether the same call may succeed when it is made again. */
  readonly isRetryable?: boolean
  /** How long the service asked to wait before the next attempt. */
  readonly retryAfterSeconds?: number
}

/** A registry, a cluster, a builder or an API that refused, failed or could not be reached. */
export class ServiceError extends ReportedError {
  readonly service: string
  readonly status: number | undefined
  readonly requestId: string | undefined
  readonly isRetryable: boolean
  readonly retryAfterSeconds: number | undefined

  constructor(report: ServiceReport) {
    super(report)
    this.service = report.service
    this.status = report.status
    this.requestId = report.requestId
    this.isRetryable = report.isRetryable ?? false
    this.retryAfterSeconds = report.retryAfterSeconds
  }
}

/** A gate that said no: tests failed, vulnerabilities found, evidence missing, rollout refused. */
export class GateError extends ReportedError {}

/** The job was cancelled; whatever had to be undone has been, or `post` will do it. */
export class CancelledError extends ReportedError {}

/**
 * One property of anything that was thrown. Errors are looked at by what they have, not by their
 * class: one that another realm made, a worker or a test runner, is no `instanceof Error` here.
 */
function propertyOf(thrown: unknown, name: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  const message = propertyOf(thrown, 'message')
  return typeof message === 'string' ? message : String(thrown)
}

/** The name of an error (`AbortError`, `TimeoutError`…), if what was thrown has one. */
export function nameOf(thrown: unknown): string | undefined {
  const name = propertyOf(thrown, 'name')
  return typeof name === 'string' ? name : undefined
}

/** What an error gives as its cause, if it gives one. */
export function causeOf(thrown: unknown): unknown {
  return propertyOf(thrown, 'cause')
}

/** The `code` of a Node.js system error (`ENOENT`, `ENOSPC`…), if it is one. */
export function systemCodeOf(thrown: unknown): string | undefined {
  const code = propertyOf(thrown, 'code')
  return typeof code === 'string' ? code : undefined
}

/** Makes a switch over a union exhaustive for the compiler. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value ${JSON.stringify(value)}`)
}
