import { inApplyOrder } from '../apply/order.ts'
import { deleteWithPods, isGoneOnWith, jobOfRevision } from '../hooks/hook-job.ts'
import { hookOf } from '../hooks/hook.ts'
import type { HookDeletion, HookMoment } from '../hooks/hook.ts'
import { jobLog } from '../hooks/job-log.ts'
import { nameOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { waitUntilReady } from '../readiness/wait-until-ready.ts'
import { failureBy, failureOf } from './deploy-result.ts'
import type { ReleaseFailure } from './deploy-result.ts'
import type { Run } from './run.ts'
import { wantedImageOf } from './wanted-image.ts'

/**
 * Runs the hooks of one moment, the lighter ones first and each once: Jobs are waited for, what
 * else there is has been made for them. Undefined when all went well.
 */
export async function runHooks(run: Run, moment: HookMoment): Promise<ReleaseFailure | undefined> {
  const hooks = hooksAt(run, moment)
  for (const hook of hooks) {
    const failure = await runHook(run, hook, moment)
    if (failure === undefined) continue
    await clean(run, hooks, 'failed')
    return failure
  }
  await clean(run, hooks, 'succeeded')
  return undefined
}

function hooksAt({ plan }: Run, moment: HookMoment): readonly KubernetesObject[] {
  const isFirst = plan.current === undefined
  const hooks = plan.hooks.filter((object) => {
    const { moments, releases } = hookOf(object)
    const isMeant = releases === 'all' || (releases === 'first') === isFirst
    return moments.includes(moment) && isMeant
  })
  return [...inApplyOrder(hooks, (object) => object)].sort(
    (a, b) => hookOf(a).weight - hookOf(b).weight,
  )
}

async function runHook(
  run: Run,
  hook: KubernetesObject,
  moment: HookMoment,
): Promise<ReleaseFailure | undefined> {
  const name = nameOf(referenceOf(hook))
  try {
    if (hook.kind !== 'Job') {
      await run.cluster.apply(hook, run.plan.release.policy)
      return undefined
    }
    const failure = await runJob(run, hook)
    if (failure === undefined) return undefined
    return { ...failure, cause: `The hook ${name} (${moment}) failed: ${failure.cause}` }
  } catch (error) {
    run.ports.signal.throwIfAborted()
    return failureBy(error)
  }
}

async function runJob(run: Run, hook: KubernetesObject): Promise<ReleaseFailure | undefined> {
  const { cluster, plan, ports } = run
  const { release, history } = plan
  const job = jobOfRevision(hook, plan.revision)
  const name = nameOf(referenceOf(job))
  const live = await cluster.get(referenceOf(job))
  const interrupted = history.filter(({ outcome }) => outcome === 'pending')
  const isThere =
    live !== undefined &&
    isGoneOnWith(
      live,
      job,
      interrupted.map(({ revision }) => revision),
    )
  if (isThere) {
    ports.log.info(`${name} was started by a run that was interrupted: going on with it.`)
  } else {
    if (live !== undefined) await deleteWithPods(cluster, referenceOf(job), ports.clock)
    ports.log.info(`Running ${name}.`)
    await cluster.apply(job, release.policy)
  }
  const objects = [job]
  const rollout = await waitUntilReady(
    cluster,
    {
      namespace: release.address.namespace,
      objects,
      image: wantedImageOf(release.image),
      timeoutSeconds: release.timeoutSeconds,
    },
    ports,
  )
  await showLog(run, job)
  return rollout.outcome === 'ready' ? undefined : failureOf(run, rollout)
}

async function showLog({ cluster, plan, ports }: Run, job: KubernetesObject): Promise<void> {
  const live = await cluster.get(referenceOf(job))
  if (live === undefined) return
  const objects = [...plan.hooks, ...plan.objects.map(({ manifest }) => manifest.object)]
  for (const line of await jobLog(cluster, live, objects)) {
    ports.log.info(`${job.metadata.name} | ${line}`)
  }
}

async function clean(
  { cluster, ports }: Run,
  hooks: readonly KubernetesObject[],
  when: HookDeletion,
): Promise<void> {
  for (const hook of [...hooks].reverse()) {
    if (!hookOf(hook).deletions.includes(when)) continue
    ports.log.info(`Deleting the hook ${nameOf(referenceOf(hook))}.`)
    await cluster.delete(referenceOf(hook))
  }
}
