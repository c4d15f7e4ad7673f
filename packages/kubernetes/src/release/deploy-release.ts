import { secondsSince } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import { nameOf, referenceOf } from '../object.ts'
import type { WaitPorts } from '../readiness/wait-until-ready.ts'
import { bringUp, rollOut } from './bring-up.ts'
import { failureOf, resultOf } from './deploy-result.ts'
import type { DeployResult } from './deploy-result.ts'
import { giveUp } from './give-up.ts'
import { openRecord } from './open-record.ts'
import { planRelease } from './plan-release.ts'
import type { Release, ReleasePlan } from './plan-release.ts'
import { putInForce } from './put-in-force.ts'
import type { Run } from './run.ts'

/** What deploying tells while it works. */
export interface DeployHooks {
  /** Called with what is going to be done, before the first change: an error stops it. */
  onPlan(plan: ReleasePlan): void
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
  const startedAt = ports.clock.now()
  const plan = await planRelease(cluster, release)
  const checks = secondsSince(startedAt, ports.clock)
  const run: Run = { cluster, plan, ports, startedAt, checks }
  tellPlan(plan, ports)
  hooks.onPlan(plan)
  if (plan.isUnchanged) return confirm(run)
  hooks.onStart(plan.revision)
  return carryOut(run)
}

function tellPlan({ objects, leftovers }: ReleasePlan, { log }: WaitPorts): void {
  for (const { manifest, change, conflicts, formerManagers } of objects) {
    const name = nameOf(referenceOf(manifest.object))
    log.info(`${name}: ${change}`)
    for (const manager of formerManagers) log.info(`${name}: taken over from "${manager}"`)
    for (const { field, manager } of conflicts) {
      log.info(`${name}: ${field} is taken over from "${manager}"`)
    }
  }
  for (const reference of leftovers) log.info(`${nameOf(reference)}: to be deleted`)
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

async function carryOut(run: Run): Promise<DeployResult> {
  const record = await openRecord(run)
  const { rollout, failure } = await bringUp(run)
  if (failure === undefined) return putInForce(run, record, rollout)
  return giveUp(run, record, { rollout, failure })
}
