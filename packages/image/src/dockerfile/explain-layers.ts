import type { HistoryEntry } from '../image-config.ts'
import { stageChain } from './find-bases.ts'
import type { Dockerfile, Instruction } from './parse-dockerfile.ts'
import type { BuildQuestion } from './stage-variables.ts'

/** What an entry of an image's history comes from. */
export type Origin =
  | { readonly kind: 'instruction'; readonly instruction: Instruction }
  /** An entry that the base image brought, by the line that names it. */
  | { readonly kind: 'base'; readonly line: number }
  | { readonly kind: 'unknown' }

/**
 * For each entry of an image's history, what of the Dockerfile it comes from. Every instruction of
 * the stages that the target is made of leaves one entry, the last at the end; what comes before
 * them is the base image's.
 */
export function originsOf(
  history: readonly HistoryEntry[],
  dockerfile: Dockerfile | undefined,
  question: BuildQuestion,
): readonly Origin[] {
  const chain = dockerfile === undefined ? [] : stageChain(dockerfile, question)
  const [root] = chain
  if (root === undefined) return history.map(() => ({ kind: 'unknown' }))
  const instructions = chain.flatMap((stage) => stage.instructions)
  const { end, matching } = alignment(history, instructions)
  const offset = end - instructions.length
  const isWhole = matching === instructions.length
  return history.map((_entry, index) => {
    const instruction = instructions[index - offset]
    if (instruction !== undefined && index >= end - matching) {
      return { kind: 'instruction', instruction }
    }
    // Where the entries do not match, nobody knows where the base ends.
    return isWhole && index < end ? { kind: 'base', line: root.line } : { kind: 'unknown' }
  })
}

interface Alignment {
  /** Where the entries of the instructions end. */
  readonly end: number
  /** How many entries before that are of the instructions at the same place. */
  readonly matching: number
}

/** Buildah leaves an entry for each label that it is given beside the Dockerfile, after all others. */
function alignment(
  history: readonly HistoryEntry[],
  instructions: readonly Instruction[],
): Alignment {
  let best: Alignment = { end: history.length, matching: -1 }
  for (let end = history.length; end >= instructions.length; end -= 1) {
    const matching = matchesBefore(end, history, instructions)
    if (matching > best.matching) best = { end, matching }
    const last = history[end - 1]
    if (matching === instructions.length || !last || keywordOf(last) !== 'LABEL') break
  }
  return best
}

function matchesBefore(
  end: number,
  history: readonly HistoryEntry[],
  instructions: readonly Instruction[],
): number {
  for (let count = 0; count < instructions.length; count += 1) {
    const entry = history[end - 1 - count]
    const instruction = instructions[instructions.length - 1 - count]
    if (entry === undefined || keywordOf(entry) !== instruction?.keyword) return count
  }
  return instructions.length
}

/** BuildKit begins with the keyword; buildah and Docker of old put it into a comment of the shell. */
function keywordOf({ createdBy }: HistoryEntry): string {
  const inComment = /#\(nop\)\s+([A-Za-z]+)/.exec(createdBy)?.[1]
  const atStart = /^([A-Z]+)\s/.exec(createdBy)?.[1]
  return (inComment ?? atStart ?? 'RUN').toUpperCase()
}

/** For each layer of an image, the position of its entry in the history. */
export function layerEntries(history: readonly HistoryEntry[]): readonly number[] {
  return history.flatMap(({ isEmptyLayer }, index) => (isEmptyLayer ? [] : [index]))
}
