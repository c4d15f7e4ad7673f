import { ReportedError, messageOf, secondsSince } from '@oke-pipeline/core'
import type { Clock } from '@oke-pipeline/core'
import { applyObjects } from '../apply/apply-objects.ts'
import { deleteObjects } from '../apply/delete-objects.ts'
import type { Change } from '../apply/preview.ts'
import type { Cluster } from '../client/cluster.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Diagnosis } from '../diagnosis/diagnose.ts'
import { nameOf, referenceOf } from '../object.ts'
import type { ObjectReference } from '../object.ts'
import { waitUntilReady } from '../readiness/wait-until-ready.ts'
import type { RolloutOutcome, WaitPorts } from '../readiness/wait-until-ready.ts'
import type { WorkloadState } from '../readiness/workload-state.ts'
import { createRecord, readHistory, trimHistory, updateRecord } from './history.ts'
import { planRelease } from './plan-release.ts'
import type { Release, ReleasePlan } from './plan-release.ts'
import type { ReleaseRecord } from './record.ts'
import { rollBack } from './roll-back.ts'
import type { Rollback } from './roll-back.ts'
import { restore } from './undo-release.ts'
import { wantedImageOf } from './wanted-image.ts'

/** Why a release is not in force. */
export interface ReleaseFailure {
  /** In one line. */
  readonly cause: string
  readonly diagnoses: readonly Diagnosis[]
  /** What was thrown, when the cluster refused or did not answer. */
  readonly error: unknown
}

/** What became of a release, and of the objects in it. */
export interface DeployResult {
  readonly status: 'deployed' | 'unchanged' | 'rolled-back' | 'failed'
  readonly revision: number
  /** Of the release that was in force before. */
  readonly previousDigest: string | undefined
  /** As they were seen last, before a rollback. */
  readonly workloads: readonly WorkloadState[]
  readonly changes: readonly { readonly reference: ObjectReference; readonly change: Change }[]
  readonly deleted: readonly ObjectReference[]
  readonly failure: ReleaseFailure | undefined
  readonly rollback: Rollback | undefined
  readonly seconds: { readonly checks: number; readonly rollout: number; readonly rollback: number }
}

/** What deploying tells while it works. */
export interface DeployHooks {
  /** Called before the first change, so that the change can be undone by somebody else. */
  onStart(revision: number): void
}

/**
 * Deploys a release: checks everything, applies its objects, waits until every pod is seen to run
 * the image and is ready. If that fails, puts back what was there before.
 */
export async function deployRelease(
  cluster: Cluster,
  release: Release,
  ports: WaitPorts,
  hooks: DeployHooks,
): Promise<DeployResult> {
  const start = ports.clock.now()
  const plan = await planRelease(cluster, release)
  const checks = secondsSince(start, ports.clock)
  tellPlan(plan, ports)
  const run: Run = { cluster, plan, ports, checks, clock: ports.clock }
  if (plan.isUnchanged) return confirm(run)
  hooks.onStart(plan.revision)
  const record = pendingRecord(plan, start)
  await createRecord(cluster, record, release.address.namespace)
  await closeInterrupted(run)
  return carryOut(run, record)
}

interface Run {
  readonly cluster: Cluster
  readonly plan: ReleasePlan
  readonly ports: WaitPorts
  readonly checks: number
  readonly clock: Clock
}

function tellPlan({ objects, leftovers }: ReleasePlan, { log }: WaitPorts): void {
  for (const { manifest, change } of objects) {
    log.info(`${nameOf(referenceOf(manifest.object))}: ${change}`)
  }
  for (const reference of leftovers) log.info(`${nameOf(reference)}: to be deleted`)
}

function pendingRecord(plan: ReleasePlan, startedAt: Date): ReleaseRecord {
  const { release, current } = plan
  return {
    schema: 'release/v1',
    release: release.address.release,
    revision: plan.revision,
    outcome: 'pending',
    image: { ...release.image, observable: [...release.image.observable] },
    objects: plan.objects.map(({ manifest }) => manifest.object),
    before: [...plan.before],
    source: release.source,
    startedAt: startedAt.toISOString(),
    ...(current === undefined ? {} : { previousRevision: current.revision }),
  }
}

/** The release in force is the wanted one: it only has to be seen once more. */
async function confirm(run: Run): Promise<DeployResult> {
  const { current } = run.plan
  const rollout = await rollOut(run)
  const revision = current?.revision ?? run.plan.revision
  if (rollout.outcome === 'ready') {
    return { ...resultOf(run, rollout), status: 'unchanged', revision }
  }
  const failure = await failureOf(run, rollout)
  return { ...resultOf(run, rollout), status: 'failed', revision, failure }
}

async function rollOut({ cluster, plan, ports }: Run): Promise<RolloutOutcome> {
  const { release } = plan
  const rollout = {
    namespace: release.address.namespace,
    objects: plan.objects.map(({ manifest }) => manifest.object),
    image: wantedImageOf(release.image),
    timeoutSeconds: release.timeoutSeconds,
  }
  return waitUntilReady(cluster, rollout, ports)
}

/** A release that was interrupted, and that nobody rolled back, is overtaken by this one. */
async function closeInterrupted({ cluster, plan }: Run): Promise<void> {
  const { namespace } = plan.release.address
  for (const record of plan.history.filter(({ outcome }) => outcome === 'pending')) {
    const cause = 'was interrupted, and overtaken by the next one'
    await updateRecord(cluster, { ...record, outcome: 'failed', cause }, namespace)
  }
}

async function carryOut(run: Run, record: ReleaseRecord): Promise<DeployResult> {
  const { ports } = run
  let rollout: RolloutOutcome | undefined
  try {
    await applyPlan(run)
    rollout = await rollOut(run)
    if (rollout.outcome === 'ready') return await putInForce(run, record, rollout)
    return await giveUp(run, record, { rollout, failure: await failureOf(run, rollout) })
  } catch (error) {
    if (ports.signal.aborted) {
      await restoreQuickly(run, record)
      throw error
    }
    if (rollout !== undefined) throw error
    const result = await giveUp(run, record, { rollout, failure: failureBy(error) })
    if (!(error instanceof ReportedError)) throw error
    return result
  }
}

async function applyPlan({ cluster, plan, ports }: Run): Promise<void> {
  const objects = plan.objects
    .filter(({ change }) => change !== 'unchanged')
    .map(({ manifest, change }) => ({ object: manifest.object, isReplaced: change === 'replaced' }))
  await applyObjects(cluster, objects, ports.clock)
}

async function putInForce(
  run: Run,
  record: ReleaseRecord,
  rollout: RolloutOutcome,
): Promise<DeployResult> {
  const { cluster, plan, ports } = run
  const { address } = plan.release
  const finishedAt = ports.clock.now().toISOString()
  await updateRecord(cluster, { ...record, outcome: 'deployed', finishedAt }, address.namespace)
  if (plan.current !== undefined) {
    await updateRecord(cluster, { ...plan.current, outcome: 'superseded' }, address.namespace)
  }
  await deleteObjects(cluster, plan.leftovers, ports.log)
  await trimHistory(cluster, await readHistory(cluster, address), address)
  return { ...resultOf(run, rollout), status: 'deployed', deleted: plan.leftovers }
}

async function failureOf({ cluster, plan }: Run, rollout: RolloutOutcome): Promise<ReleaseFailure> {
  const { namespace } = plan.release.address
  const diagnoses = await diagnose(cluster, namespace, rollout.workloads)
  const late =
    rollout.outcome === 'timed-out' ? `Not ready after ${rollout.seconds.toFixed(0)} s. ` : ''
  const cause = `${late}${diagnoses[0]?.cause ?? 'The workloads did not become ready'}`
  return { cause, diagnoses, error: undefined }
}

function failureBy(error: unknown): ReleaseFailure {
  return { cause: messageOf(error), diagnoses: [], error }
}

async function giveUp(
  run: Run,
  record: ReleaseRecord,
  {
    rollout,
    failure,
  }: {
    readonly rollout: RolloutOutcome | undefined
    readonly failure: ReleaseFailure
  },
): Promise<DeployResult> {
  const { cluster, plan, ports, clock } = run
  ports.log.info(`The release failed: ${failure.cause}`)
  const start = clock.now()
  const undoing = { address: plan.release.address, record, previous: plan.current }
  const rollback = await rollBack(cluster, undoing, {
    isWanted: plan.release.isRolledBack,
    cause: failure.cause,
    timeoutSeconds: plan.release.timeoutSeconds,
    ports,
  })
  const result = resultOf(run, rollout)
  return {
    ...result,
    status: rollback.isRestored ? 'rolled-back' : 'failed',
    failure,
    rollback,
    seconds: { ...result.seconds, rollback: secondsSince(start, clock) },
  }
}

/**
 * Seconds are left after a cancellation: what was there before is applied again without waiting
 * for it. The record stays pending, so that `post` sees to the rest.
 */
async function restoreQuickly({ cluster, plan, ports }: Run, record: ReleaseRecord): Promise<void> {
  if (!plan.release.isRolledBack) return
  ports.log.info('Cancelled: putting back what was there before.')
  const undoing = { address: plan.release.address, record, previous: plan.current }
  const signal = new AbortController().signal
  await restore(cluster.uncancelled(), undoing, { ...ports, signal })
}

function resultOf(
  { plan, checks }: Run,
  rollout: RolloutOutcome | undefined,
): Omit<DeployResult, 'status'> {
  return {
    revision: plan.revision,
    previousDigest: plan.current?.image.digest,
    workloads: rollout?.workloads ?? [],
    changes: plan.objects.map(({ manifest, change }) => ({
      reference: referenceOf(manifest.object),
      change,
    })),
    deleted: [],
    failure: undefined,
    rollback: undefined,
    seconds: { checks, rollout: rollout?.seconds ?? 0, rollback: 0 },
  }
}
