import { systemExec } from '@oke-pipeline/core'
import type { Exec, Ports, Runner } from '@oke-pipeline/core'
import { grypeEnvironment, grypeReleases } from '@oke-pipeline/scan'

/** What the gate needs of the world. */
export interface GatePorts extends Ports {
  /** Runs programs with nothing of the job in their environment that Grype does not need. */
  readonly scanner: Exec
  /** The runner's folder for tools; undefined where it has none. */
  readonly toolCache: string | undefined
  /** The processor that programs are downloaded for, as Node.js calls it. */
  readonly architecture: string
  /** Where official releases of Grype are. */
  readonly releases: URL
}

/** The ports of a step of a workflow. */
export function gatePorts(runner: Runner): GatePorts {
  const toolCache = runner.environment.RUNNER_TOOL_CACHE
  return {
    ...runner,
    scanner: systemExec(grypeEnvironment(runner.environment), runner.signal),
    toolCache: toolCache === '' ? undefined : toolCache,
    architecture: process.arch,
    releases: grypeReleases,
  }
}
