/** What a step says in the job log. */
export interface Log {
  /** A decision or a result that a user would ask for. */
  info(text: string): void
  /** What helps to find a fault: requests and arguments, without secrets. */
  debug(text: string): void
  warning(text: string): void
  /** Folds what is logged while `work` runs under a title. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>
}

/** A log in which what belongs together can be folded while it comes. */
export interface FoldingLog extends Log {
  /** Folds what is logged until the function that it returns is called; one section at a time. */
  section(title: string): () => void
}

/**
 * Keeps foreign text from being taken for a workflow command: the runner obeys lines that start
 * with `::` and, in its older syntax, `##[` anywhere in a line
 * (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
 */
export function inert(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll('##[', '## [')
    .replaceAll(/^(\s*)::/gm, '$1: :')
}
