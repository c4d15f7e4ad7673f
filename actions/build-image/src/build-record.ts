/** What an engine tells of a build that it has done. */
export interface BuildRecord {
  /** The digest that the engine says it wrote. */
  readonly digest: string
  /** The engine, as the summary names it: `buildx (builder "lab", driver remote)`. */
  readonly builtWith: string
  readonly steps: readonly BuildStep[]
  readonly warnings: readonly BuildWarning[]
  /** What the engine itself writes about the build, such as buildx's metadata file. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** One step of a build. */
export interface BuildStep {
  readonly name: string
  readonly seconds: number
  readonly isCached: boolean
}

/** A remark of the builder about the Dockerfile, such as one of BuildKit's build checks. */
export interface BuildWarning {
  readonly message: string
  readonly detail: string
  readonly url: string | undefined
  readonly line: number | undefined
}
