/** A test with a command, and how it went. */
export interface CommandCheck {
  readonly kind: 'command'
  readonly command: readonly string[]
  readonly result: 'passed' | 'failed'
  /** Why it failed; undefined when it passed. */
  readonly reason: string | undefined
  /** Undefined when it was still running at the end of its time. */
  readonly exitCode: number | undefined
  readonly seconds: number
  readonly lastLines: readonly string[]
}

/** A test with HTTP requests, and how it went. */
export interface HttpCheck {
  readonly kind: 'http'
  readonly port: number
  readonly path: string
  readonly expectedStatus: number
  readonly result: 'passed' | 'failed'
  readonly reason: string | undefined
  readonly attempts: number
  /** The last status that was answered; undefined when nothing ever was. */
  readonly status: number | undefined
  /** The exit status of the image's program; undefined while it ran. */
  readonly exitCode: number | undefined
  readonly seconds: number
  readonly lastLines: readonly string[]
}

/** One test of an image. */
export type Check = CommandCheck | HttpCheck

/** What was run and observed; the JSON report is this. */
export interface TestReport {
  readonly schema: 'test-image/v1'
  /** The digest of what the layout holds: of the index, where it has several platforms. */
  readonly digest: string
  /** The digest of the manifest that was run. */
  readonly imageDigest: string
  readonly platform: string
  readonly result: 'passed' | 'failed'
  readonly engine: { readonly name: 'podman'; readonly version: string }
  /** UTC, ISO 8601. */
  readonly startedAt: string
  readonly seconds: number
  readonly checks: readonly Check[]
}
