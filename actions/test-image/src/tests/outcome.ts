/** What was seen of a test. */
export interface TestOutcome {
  /** Why it failed, in sentences; none when it passed. */
  readonly failures: readonly string[]
  /** What was seen, in a few words: `exit status 0`. */
  readonly observed: string
  /** The last lines that its container wrote. */
  readonly lastLines: readonly string[]
}

/** Thrown where a test cannot go on; it failed for that reason. */
export class TestFailure extends Error {
  readonly lastLines: readonly string[]

  constructor(reason: string, lastLines: readonly string[] = []) {
    super(reason)
    this.name = 'TestFailure'
    this.lastLines = lastLines
  }
}
