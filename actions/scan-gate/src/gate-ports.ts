import { freemem } from 'node:os'
import { systemExec } from '@oke-pipeline/core'
import type { Exec, Ports, RunContext, Runner } from '@oke-pipeline/core'
import { connectCluster, observeRelease } from '@oke-pipeline/kubernetes'
import type { ClusterAccess, ObservedRelease, ReleaseAddress } from '@oke-pipeline/kubernetes'
import { grypeReleases, scannerEnvironment } from '@oke-pipeline/scan'

/** What the gate needs of the world. */
export interface GatePorts extends Ports {
  readonly run: RunContext
  /** Environment variables of the step. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Makes a token that was handed out known as a secret. */
  mask(secret: string): void
  /** What scanners see of the environment: nothing of the job that they do not need. */
  readonly scannerEnvironment: Readonly<Record<string, string>>
  /** Runs programs with that environment. */
  readonly scanner: Exec
  /** How much memory programs can still have. */
  readonly freeMemoryBytes: () => number
  /** The runner's folder for tools; undefined where it has none. */
  readonly toolCache: string | undefined
  /** The processor that programs are downloaded for, as Node.js calls it. */
  readonly architecture: string
  /** Where official releases of Grype are. */
  readonly releases: URL
  /** Looks at the release in force and at the pods of its workloads. */
  observe(access: ClusterAccess, address: ReleaseAddress): Promise<ObservedRelease>
}

/** The ports of a step of a workflow. */
export function gatePorts(runner: Runner): GatePorts {
  const toolCache = runner.environment.RUNNER_TOOL_CACHE
  const environment = scannerEnvironment(runner.environment)
  return {
    ...runner,
    mask: (secret) => runner.mask(secret),
    scannerEnvironment: environment,
    scanner: systemExec(environment, runner.signal),
    freeMemoryBytes: freemem,
    toolCache: toolCache === '' ? undefined : toolCache,
    architecture: process.arch,
    releases: grypeReleases,
    observe: (access, address) => observeRelease(connectCluster(access, runner), address),
  }
}
