import type { Dockerfile, Stage } from './parse-dockerfile.ts'

/** The stage that is built: the named or numbered one, or the last; absent when there is none such. */
export function targetStage({ stages }: Dockerfile, target: string | undefined): Stage | undefined {
  return target === undefined || target === '' ? stages.at(-1) : stageCalled(stages, target)
}

/** The stage of that name or number. */
export function stageCalled(stages: readonly Stage[], reference: string): Stage | undefined {
  // Of two stages with one name, the later one counts for what comes after it.
  const named = stages.findLast(({ name }) => name?.toLowerCase() === reference.toLowerCase())
  if (named !== undefined) return named
  return /^\d+$/.test(reference) ? stages[Number(reference)] : undefined
}
