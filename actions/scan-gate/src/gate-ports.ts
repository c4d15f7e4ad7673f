import { freemem } from 'node:os'
import { systemExec } from '@oke-pipeline/core'
import type { Exec, Ports, RunContext, Runner } from '@oke-pipeline/core'
import { openCluster } from '@oke-pipeline/delivery'
import { connectCluster, observeRelease } from '@oke-pipeline/kubernetes'
import type { ObservedRelease, ReleaseAddress } from '@oke-pipeline/kubernetes'
import { scannerEnvironment } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'

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
  /** The processor that programs are downloaded for, as Node.js calls it. */
  readonly architecture: string
  /** Signs in to the cluster of the inputs, and looks at the release in force there and its pods. */
  observe(inputs: Inputs, address: ReleaseAddress): Promise<ObservedRelease>
}

/** The ports of a step of a workflow. */
export function gatePorts(runner: Runner): GatePorts {
  const environment = scannerEnvironment(runner.environment)
  return {
    ...runner,
    mask: (secret) => runner.mask(secret),
    scannerEnvironment: environment,
    scanner: systemExec(environment, runner.signal),
    freeMemoryBytes: freemem,
    architecture: process.arch,
    async observe(inputs, address) {
      return observeRelease(connectCluster(await openCluster(inputs, runner), runner), address)
    },
  }
}
