/** What an engine tells of a build that it has done. */
export interface BuildRecord {
  /** The digest that the engine says it wrote. */
  readonly digest: string
  /** The engine, as the summary names it: `buildx 0.37.0 with the builder "lab" (driver remote)`. */
  readonly builtWith: string
  /** How long the engine took. */
  readonly seconds: number
  readonly steps: readonly BuildStep[]
  readonly warnings: readonly BuildWarning[]
  /** What the engine itself writes about the build, such as buildx's metadata file. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** One step of a build. */
export interface BuildStep {
  /** As the engine calls it: `[build 2/5] RUN make`. */
  readonly name: string
  /** What it is folded under in the log: `Stage build`. */
  readonly stage: string
  readonly step: string
  readonly seconds: number
  readonly isCached: boolean
  readonly error: string | undefined
}

/** A remark of the builder about the Dockerfile, such as one of BuildKit's build checks. */
export interface BuildWarning {
  readonly message: string
  readonly detail: string
  readonly url: string | undefined
  readonly line: number | undefined
}
