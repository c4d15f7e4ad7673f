import type { ApiError } from '../client/api-error.ts'

/** A field that another manager owns, with another value than the one to be applied. */
export interface FieldConflict {
  /** As the server writes paths: `.spec.template.spec.containers[name="web"].image`. */
  readonly field: string
  /** Who owns it: `kubectl-edit`. */
  readonly manager: string
  /** Such as `scale`, where it was set through a subresource. */
  readonly subresource: string | undefined
}

/** Go quotes the names: a quote in one of them has a backslash before it. */
const sentence =
  /^conflict with "(?<manager>(?:[^"\\]|\\.)*)"(?: with subresource "(?<subresource>(?:[^"\\]|\\.)*)")?/

/**
 * The conflicts that server-side apply names when it refuses (409); none for other refusals. Their
 * form is that of `printManager` in k8s.io/apimachinery.
 */
export function conflictsIn({ answer }: ApiError): readonly FieldConflict[] {
  return answer.causes.flatMap(({ field = '', message }) => {
    const groups = sentence.exec(message)?.groups
    if (groups === undefined) return []
    return [{ field, manager: groups.manager ?? '', subresource: groups.subresource }]
  })
}
