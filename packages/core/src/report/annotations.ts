import type { Place } from '../errors.ts'

/** A remark that GitHub shows beside the code and on the run's page. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
  readonly place?: Place | undefined
}

/** GitHub shows ten annotations of a level for each step, and drops the rest. */
const shownPerLevel = 10

/** Keeps what GitHub shows: the first nine of a level, and one that counts the rest. */
export function shownAnnotations(annotations: readonly Annotation[]): readonly Annotation[] {
  return (['error', 'warning', 'notice'] as const).flatMap((level) =>
    shownOf(annotations.filter((annotation) => annotation.level === level)),
  )
}

function shownOf(annotations: readonly Annotation[]): readonly Annotation[] {
  const first = annotations.slice(0, shownPerLevel - 1)
  const [next, ...others] = annotations.slice(shownPerLevel - 1)
  if (next === undefined) return first
  if (others.length === 0) return [...first, next]
  const count = others.length + 1
  return [
    ...first,
    { level: next.level, title: `${count} more`, message: `${count} more in the job summary.` },
  ]
}
