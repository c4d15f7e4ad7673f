import type { Place } from '@oke-pipeline/core'
import type { ImageTest } from '../suite/suite.ts'

/** A test, and how it went. */
export interface TestResult {
  readonly name: string
  readonly kind: ImageTest['kind']
  readonly result: 'passed' | 'failed'
  /** Why it failed, in sentences. */
  readonly failures: readonly string[]
  /** What was seen, in a few words. */
  readonly observed: string
  /** From the first container of the test to its end. */
  readonly seconds: number
  /** Where the test is written, if it is in a file. */
  readonly place?: Place
  /** The last lines that its container wrote, without secrets. */
  readonly lastLines: readonly string[]
}

/** What was run and observed; the JSON report is this. */
export interface TestReport {
  readonly schema: 'test-image/v2'
  /** The digest of what the layout holds: of the index, where it has several platforms. */
  readonly digest: string
  /** The digest of the manifest that was run. */
  readonly imageDigest: string
  readonly platform: string
  readonly result: 'passed' | 'failed'
  readonly runtime: RuntimeReport
  /** UTC, ISO 8601. */
  readonly startedAt: string
  readonly seconds: number
  readonly tests: readonly TestResult[]
}

/** What ran the tests; `none` when none of them runs anything. */
export interface RuntimeReport {
  readonly name: string
  readonly version: string
  /** Why it was this one. */
  readonly because: string
}
