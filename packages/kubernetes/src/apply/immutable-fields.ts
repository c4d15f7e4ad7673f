import { hasStatus } from '../client/api-error.ts'
import type { ApiError } from '../client/api-error.ts'
import { holdsData } from './delete-objects.ts'
import type { ApplyPolicy } from './policy.ts'

/** The words of Kubernetes' own validation about fields that stay as they were made. */
const words =
  /\bimmutable\b|may not (?:be changed|change once set)|cannot (?:be changed|change roleRef)|updates to .+ are forbidden/i

/**
 * The fields that the server does not let change in an object that exists; none where it finds
 * fault with anything else too, since then making it anew would not help.
 */
export function immutableFieldsIn({ answer }: ApiError): readonly string[] {
  const { causes } = answer
  if (!causes.every(({ message }) => words.test(message))) return []
  return [...new Set(causes.map(({ field = '' }) => field))]
}

/**
 * The fields because of which an object is to be deleted and made anew; none where that is not
 * allowed, or would not help. What holds data is never deleted for this.
 */
export function reasonsToRecreate(
  error: unknown,
  kind: string,
  policy: ApplyPolicy,
): readonly string[] {
  if (policy.isRecreating !== true || !hasStatus(error, 422) || holdsData({ kind })) return []
  return immutableFieldsIn(error)
}
