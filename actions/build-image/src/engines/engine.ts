import type { BuildRecord } from '../build-record.ts'
import type { BuildPorts, BuildRequest } from '../build-request.ts'

/** Something that can build on this machine. */
export interface Engine {
  /** As log and summary name it: `buildx 0.37.0 with the builder "lab" (remote)`. */
  readonly title: string
  /** Builds into the request's layout; whatever else it made is gone afterwards, or by `post`. */
  build(request: BuildRequest, ports: BuildPorts): Promise<BuildRecord>
}

/** What came of looking for an engine: the engine, or why there is none. */
export type Finding =
  | { readonly engine: Engine; readonly because: string }
  | { readonly engine: undefined; readonly because: string }
