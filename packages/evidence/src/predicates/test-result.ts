import * as v from 'valibot'
import { resourceSchema } from './resource.ts'
import type { Resource } from './resource.ts'

/** How a run of tests ended. */
export const testOutcomes = ['PASSED', 'WARNED', 'FAILED'] as const

/** One of {@link testOutcomes}. */
export type TestOutcome = (typeof testOutcomes)[number]

const names = v.optional(v.array(v.string()), [])

/**
 * The predicate of a test result, v0.1.
 * https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
 */
export const testResultSchema = v.looseObject({
  result: v.picklist(testOutcomes),
  configuration: v.array(resourceSchema),
  url: v.optional(v.string()),
  passedTests: names,
  warnedTests: names,
  failedTests: names,
})

/** A test result's predicate: what {@link testResultSchema} reads. */
export interface TestResultPredicate {
  readonly result: TestOutcome
  readonly configuration: readonly Resource[]
  readonly url?: string
  readonly passedTests: readonly string[]
  readonly warnedTests: readonly string[]
  readonly failedTests: readonly string[]
}

/** What a run of tests has to say of itself. */
export interface TestRun {
  readonly result: TestOutcome
  /** The files and settings that say what was tested, each with its digest. */
  readonly configuration: readonly Resource[]
  /** Names of the tests. */
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  readonly warned: readonly string[]
  /** Where the run can be looked at. */
  readonly url: string | undefined
}

/**
 * The predicate for a run of tests.
 * @throws Error when the result and the lists contradict each other: such a claim is never made.
 */
export function testResultPredicate(run: TestRun): TestResultPredicate {
  const { result, configuration, passed, failed, warned, url } = run
  if (result !== outcomeOf(run)) {
    throw new Error(
      `A test result of ${result} with ${passed.length} passed, ${warned.length} warned and ${failed.length} failed tests`,
    )
  }
  return {
    result,
    configuration,
    ...(url === undefined ? {} : { url }),
    passedTests: passed,
    warnedTests: warned,
    failedTests: failed,
  }
}

/** No test at all is a failure: nothing was shown. */
function outcomeOf({ passed, failed, warned }: TestRun): TestOutcome {
  if (failed.length > 0 || passed.length + warned.length === 0) return 'FAILED'
  return warned.length > 0 ? 'WARNED' : 'PASSED'
}
