import { secondsSince } from '@oke-pipeline/core'
import type { RetryPorts } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import type { Lock } from '../lock/hold-lock.ts'
import { takeLock } from '../lock/take-lock.ts'
import { nameOf, referenceOf } from '../object.ts'
import type { WaitPorts } from '../readiness/wait-until-ready.ts'
import { abandon } from './abandon.ts'
import { bringUp, rollOut } from './bring-up.ts'
import { failureOf, resultOf } from './deploy-result.ts'
import type { DeployResult } from './deploy-result.ts'
import { giveUp } from './give-up.ts'
import { updateRecord } from './history.ts'
import { openRecord } from './open-record.ts'
import { planRelease } from './plan-release.ts'
import type { Release, ReleasePlan } from './plan-release.ts'
import { putInForce } from './put-in-force.ts'
import { runHooks } from './run-hooks.ts'
import type { Run } from './run.ts'
import { isOlder, newestSourceOf } from './stale-source.ts'

/** What deploying tells while it works. */
export interface DeployHooks {
  /** Called with what is going to be done, and awaited before the first change: an error stops it. */
  onPlan(plan: ReleasePlan): Promise<void> | undefined
  /** Called before the first change, so that the change can be undone by somebody else. */
  onStart(revision: number): void
  /** Called once nothing is left that somebody else would have to do. */
  onEnd(): void
}

/** Who deploys, and how long they wait for their turn. */
export interface Turn {
  /** Unlike that of any other run: what `post` needs to go on in the place of this one. */
  readonly holder: string
  readonly waitSeconds: number
}

/**
 * Deploys a release once no other run deploys it: checks everything, applies its objects, waits
 * until every pod is seen to run the image and is ready. If that fails, puts back what was there
 * before.
 * @throws {@link LockHeldError} when it does not get its turn in time.
 */
export async function deployRelease(
  cluster: Cluster,
  { release, turn }: { readonly release: Release; readonly turn: Turn },
  ports: RetryPorts,
  hooks: DeployHooks,
): Promise<DeployResult> {
  const progress = { isStarted: false }
  const noticing: DeployHooks = {
    ...hooks,
    onStart(revision) {
      progress.isStarted = true
      hooks.onStart(revision)
    },
  }
  const lock = await takeLock(cluster, { locked: release.address, ...turn }, ports)
  try {
    const result = await deployLocked({ cluster, lock, ports }, release, noticing)
    if (await lock.release()) hooks.onEnd()
    return result
  } catch (error) {
    // What was begun is finished by `post`, which takes the lock over.
    await (progress.isStarted ? lock.leave() : lock.release())
    throw error
  }
}

interface Locked {
  readonly cluster: Cluster
  readonly lock: Lock
  readonly ports: RetryPorts
}

async function deployLocked(
  locked: Locked,
  release: Release,
  hooks: DeployHooks,
): Promise<DeployResult> {
  const { lock } = locked
  const signal = AbortSignal.any([locked.ports.signal, lock.lost])
  const ports: WaitPorts = { ...locked.ports, signal }
  const cluster = locked.cluster.until(signal)
  const startedAt = ports.clock.now()
  const plan = await planRelease(cluster, release)
  const checks = secondsSince(startedAt, ports.clock)
  const run: Run = { cluster, plan, ports, lock, startedAt, checks }
  tellPlan(plan, ports)
  await hooks.onPlan(plan)
  if (plan.isUnchanged) return confirm(run)
  hooks.onStart(plan.revision)
  return carryOut(run)
}

function tellPlan({ objects, hooks, leftovers }: ReleasePlan, { log }: WaitPorts): void {
  for (const { manifest, change, conflicts, formerManagers, immutableFields = [] } of objects) {
    const name = nameOf(referenceOf(manifest.object))
    const fields = immutableFields.length === 0 ? '' : `, to change ${immutableFields.join(', ')}`
    log.info(`${name}: ${change}${fields}`)
    for (const manager of formerManagers) log.info(`${name}: taken over from "${manager}"`)
    for (const { field, manager } of conflicts) {
      log.info(`${name}: ${field} is taken over from "${manager}"`)
    }
  }
  for (const hook of hooks) log.info(`${nameOf(referenceOf(hook))}: hook`)
  for (const reference of leftovers) log.info(`${nameOf(reference)}: to be deleted`)
}

/** The release in force is the wanted one: it only has to be seen once more. */
async function confirm(run: Run): Promise<DeployResult> {
  const { current } = run.plan
  const rollout = await rollOut(run, run.plan.objects, run.ports.clock.now())
  const revision = current?.revision ?? run.plan.revision
  if (rollout.outcome === 'ready') {
    await noteNewerSource(run)
    return { ...resultOf(run, rollout), status: 'unchanged', revision }
  }
  const failure = await failureOf(run, rollout)
  return { ...resultOf(run, rollout), status: 'failed', revision, failure }
}

/** Runs between the one that deployed a release and the newest one that wanted it are old, too. */
async function noteNewerSource({ cluster, plan }: Run): Promise<void> {
  const { current, release } = plan
  if (current === undefined || !isOlder(newestSourceOf(current), release.source)) return
  const { namespace } = release.address
  await updateRecord(cluster, { ...current, confirmedBy: release.source }, namespace)
}

async function carryOut(run: Run): Promise<DeployResult> {
  const record = await openRecord(run)
  const early = await runHooks(run, 'before')
  if (early !== undefined) return abandon(run, record, early)
  const { rollout, failure } = await bringUp(run)
  if (failure === undefined) return putInForce(run, record, rollout)
  return giveUp(run, record, { rollout, failure })
}
