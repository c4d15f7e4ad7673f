import { ServiceError } from './errors.ts'
import type { Clock } from './ports/clock.ts'
import { secondsSince } from './ports/clock.ts'
import type { HttpHeaders } from './ports/http-response.ts'
import type { Log } from './ports/log.ts'

/** How often, and for how long in all, something is tried. */
export interface RetryPolicy {
  readonly attempts: number
  readonly deadlineSeconds: number
  readonly firstDelaySeconds: number
  /** No delay grows longer; those that the service asks for may be. */
  readonly longestDelaySeconds?: number
}

/** What retrying needs of the world. */
export interface RetryPorts {
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  /** A number in [0, 1), for the jitter. */
  readonly random: () => number
}

/** Four attempts within a minute: enough for a registry or an API server that restarts. */
const defaultPolicy: RetryPolicy = {
  attempts: 4,
  deadlineSeconds: 60,
  firstDelaySeconds: 1,
}

/** HTTP statuses that tell of a passing fault. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/**
 * Makes a call again while it fails with a retryable {@link ServiceError}: exponential delays with
 * full jitter, or what the service asked for by `Retry-After`. Only for idempotent calls.
 * @throws the last error once attempts or time are used up.
 */
export async function retry<T>(
  call: () => Promise<T>,
  ports: RetryPorts,
  policy: RetryPolicy = defaultPolicy,
): Promise<T> {
  const start = ports.clock.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.isRetryable) throw error
      const delay = error.retryAfterSeconds ?? delayAfter(attempt, policy, ports.random)
      const isLate = secondsSince(start, ports.clock) + delay > policy.deadlineSeconds
      if (attempt >= policy.attempts || isLate) throw error
      ports.log.info(
        `Attempt ${attempt + 1}/${policy.attempts} in ${delay.toFixed(1)} s: ${error.explanation}`,
      )
      await ports.clock.sleep(delay, ports.signal)
    }
  }
}

function delayAfter(attempt: number, policy: RetryPolicy, random: () => number): number {
  const doubled = policy.firstDelaySeconds * 2 ** (attempt - 1)
  const ceiling = Math.min(doubled, policy.longestDelaySeconds ?? doubled)
  return ceiling / 2 + (random() * ceiling) / 2
}

/** The seconds that a `Retry-After` header asks for, if it gives a number. */
export function retryAfterOf(headers: HttpHeaders): number | undefined {
  const value = headers.get('retry-after')
  return value !== null && /^\d{1,4}$/.test(value) ? Number(value) : undefined
}
