import { messageOf } from '@oke-pipeline/core'
import type { FieldConflict } from '../apply/field-conflict.ts'
import type { ObjectWarning } from '../apply/object-warnings.ts'
import type { Change } from '../apply/preview.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Diagnosis } from '../diagnosis/diagnose.ts'
import { referenceOf } from '../object.ts'
import type { ObjectReference } from '../object.ts'
import type { RolloutOutcome } from '../readiness/wait-until-ready.ts'
import type { WorkloadState } from '../readiness/workload-state.ts'
import type { Rollback } from './roll-back.ts'
import type { Run } from './run.ts'

/** Why a release is not in force. */
export interface ReleaseFailure {
  /** In one line. */
  readonly cause: string
  readonly diagnoses: readonly Diagnosis[]
  /** What was thrown, when the cluster refused or did not answer. */
  readonly error: unknown
}

/** What applying an object came to. */
export interface ObjectChange {
  readonly reference: ObjectReference
  readonly change: Change
  /** Fields that others had set to another value. */
  readonly conflicts: readonly FieldConflict[]
  /** Tools that had made the object, and whose place we took. */
  readonly formerManagers: readonly string[]
}

/** What became of a release, and of the objects in it. */
export interface DeployResult {
  readonly status: 'deployed' | 'unchanged' | 'rolled-back' | 'failed'
  readonly revision: number
  /** Of the release that was in force before. */
  readonly previousDigest: string | undefined
  /** As they were seen last, before a rollback. */
  readonly workloads: readonly WorkloadState[]
  readonly changes: readonly ObjectChange[]
  readonly deleted: readonly ObjectReference[]
  /** Of the API server in objects of the release, such as of deprecated versions. */
  readonly objectWarnings: readonly ObjectWarning[]
  /** All others of the API server. */
  readonly warnings: readonly string[]
  readonly failure: ReleaseFailure | undefined
  readonly rollback: Rollback | undefined
  readonly seconds: { readonly checks: number; readonly rollout: number; readonly rollback: number }
}

/** What every result has, whatever became of the release. */
export function resultOf(
  { cluster, plan, checks }: Run,
  rollout: RolloutOutcome | undefined,
): Omit<DeployResult, 'status'> {
  return {
    revision: plan.revision,
    previousDigest: plan.current?.image.digest,
    workloads: rollout?.workloads ?? [],
    changes: plan.objects.map(({ manifest, change, conflicts, formerManagers }) => ({
      reference: referenceOf(manifest.object),
      change,
      conflicts,
      formerManagers,
    })),
    deleted: [],
    objectWarnings: plan.warnings,
    warnings: otherWarnings(cluster.warnings(), plan.warnings),
    failure: undefined,
    rollback: undefined,
    seconds: { checks, rollout: rollout?.seconds ?? 0, rollback: 0 },
  }
}

function otherWarnings(all: readonly string[], known: readonly ObjectWarning[]): readonly string[] {
  const ofObjects = new Set(known.map(({ message }) => message))
  return all.filter((message) => !ofObjects.has(message))
}

/** Why workloads did not become ready. */
export async function failureOf(
  { cluster, plan }: Run,
  rollout: RolloutOutcome,
): Promise<ReleaseFailure> {
  const { namespace } = plan.release.address
  const diagnoses = await diagnose(cluster, {
    namespace,
    workloads: rollout.workloads,
    objects: plan.objects.map(({ manifest }) => manifest.object),
  })
  const late =
    rollout.outcome === 'timed-out' ? `Not ready after ${rollout.seconds.toFixed(0)} s. ` : ''
  const cause = `${late}${diagnoses[0]?.cause ?? 'The workloads did not become ready'}`
  return { cause, diagnoses, error: undefined }
}

/** A failure by something that was thrown. */
export function failureBy(error: unknown): ReleaseFailure {
  return { cause: messageOf(error), diagnoses: [], error }
}
