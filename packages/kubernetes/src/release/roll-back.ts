import { messageOf } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { WaitPorts } from '../readiness/wait-until-ready.ts'
import type { Endurance, WorkloadState } from '../readiness/workload-state.ts'
import { isRolledBack, reasonToStay } from './failure-policy.ts'
import type { FailurePolicy } from './failure-policy.ts'
import { updateRecord } from './history.ts'
import { restore, waitUntilRestored } from './undo-release.ts'
import type { Undoing } from './undo-release.ts'
import type { ReleaseImage } from './wanted-image.ts'

/** How putting back the state before a release went. */
export interface Rollback {
  /** Whether what was there before is there again, and ready. */
  readonly isRestored: boolean
  /** The revision that is in force again; absent where there was none. */
  readonly revision: number | undefined
  /** Of that revision. */
  readonly image: ReleaseImage | undefined
  /** Why the state before could not be put back, or was not meant to be. */
  readonly problem: string | undefined
  readonly workloads: readonly WorkloadState[]
}

/** How to roll back. */
export interface RollbackOptions {
  readonly policy: FailurePolicy
  /** Why the release failed. */
  readonly cause: string
  /** How well the pods must run that are put back. */
  readonly endurance: Endurance
  readonly timeoutSeconds: number
  readonly ports: WaitPorts
}

/** Puts back what was there before a failed release, and writes down what became of it. */
export async function rollBack(
  cluster: Cluster,
  undoing: Undoing,
  options: RollbackOptions,
): Promise<Rollback> {
  const { policy } = options
  const rollback = isRolledBack(policy, undoing.previous)
    ? await attempt(cluster, undoing, options)
    : failed(undoing, reasonToStay(policy))
  const record = {
    ...undoing.record,
    outcome: rollback.isRestored ? ('rolled-back' as const) : ('failed' as const),
    finishedAt: options.ports.clock.now().toISOString(),
    cause: options.cause,
  }
  await updateRecord(cluster, record, undoing.address.namespace)
  return rollback
}

async function attempt(
  cluster: Cluster,
  undoing: Undoing,
  { ports, timeoutSeconds, endurance }: RollbackOptions,
): Promise<Rollback> {
  const { previous, address } = undoing
  const since = ports.clock.now()
  try {
    ports.log.info(
      previous === undefined
        ? 'Rolling back to what was there before the first release.'
        : `Rolling back to revision ${previous.revision} (${previous.image.digest}).`,
    )
    await restore(cluster, undoing, ports)
    const { outcome, workloads } = await waitUntilRestored(cluster, undoing, {
      timeoutSeconds,
      endurance,
      since,
      ports,
    })
    if (outcome === 'ready') {
      return { ...failed(undoing, undefined), isRestored: true, workloads }
    }
    const [diagnosis] = await diagnose(cluster, {
      namespace: address.namespace,
      workloads,
      objects: previous?.objects ?? [],
    })
    return { ...failed(undoing, diagnosis?.cause ?? 'it did not become ready again'), workloads }
  } catch (error) {
    // The failure of the release is what has to be told; this is told beside it.
    ports.signal.throwIfAborted()
    return failed(undoing, messageOf(error))
  }
}

function failed({ previous }: Undoing, problem: string | undefined): Rollback {
  return {
    isRestored: false,
    revision: previous?.revision,
    image: previous?.image,
    problem,
    workloads: [],
  }
}
