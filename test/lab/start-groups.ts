import type { PartGroup } from './group.ts'
import type { AnyGroup } from './groups.ts'
import type { LabRecord } from './lab-record.ts'
import { systemPath } from './provision/on-path.ts'
import { type RunningLab, contextFor, providePart } from './running-lab.ts'

type Contributions = Pick<LabRecord, 'details' | 'environment' | 'versions'>

/** Starts groups, each as soon as those before it run; the first failure is the result once all have come to rest. */
export async function startGroups(
  lab: RunningLab,
  groups: readonly AnyGroup[],
): Promise<Contributions> {
  const started = new Map<PartGroup, Promise<Contributions>>()
  const ordered = inStartOrder(groups)
  for (const group of ordered) {
    const before = [...group.requires, ...(group.after ?? [])].flatMap(
      (name) => started.get(name) ?? [],
    )
    started.set(group.name, startGroup(lab, group, before))
  }
  const outcomes = await Promise.allSettled(started.values())
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw firstProblem(lab, failed.reason)
  const all = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  return {
    details: Object.assign({}, ...all.map((one) => one.details)) as Contributions['details'],
    environment: {
      PATH: `${lab.binDirectory}:${systemPath()}`,
      ...Object.fromEntries(all.flatMap((one) => Object.entries(one.environment))),
    },
    versions: Object.fromEntries(all.flatMap((one) => Object.entries(one.versions))),
  }
}

/** A program that ended, or the user, stopped the start: that is the reason, not what broke in consequence. */
function firstProblem(lab: RunningLab, reason: unknown): unknown {
  return lab.signal.aborted ? lab.signal.reason : reason
}

/** Groups that come after others only where those are there have to be looked at last. */
function inStartOrder(groups: readonly AnyGroup[]): readonly AnyGroup[] {
  const ordered: AnyGroup[] = []
  const rest = [...groups]
  while (rest.length > 0) {
    const next = rest.findIndex((group) => {
      const before = [...group.requires, ...(group.after ?? [])]
      return !rest.some((other) => other !== group && before.includes(other.name))
    })
    const [group] = rest.splice(next, 1)
    if (next < 0 || group === undefined) {
      throw new Error(
        `The lab's groups wait for each other: ${rest.map((one) => one.name).join(', ')}.`,
      )
    }
    ordered.push(group)
  }
  return ordered
}

async function startGroup(
  lab: RunningLab,
  group: AnyGroup,
  before: readonly Promise<Contributions>[],
): Promise<Contributions> {
  try {
    return await startWhenPossible(lab, group, before)
  } catch (error) {
    lab.onFailure(error)
    throw error
  }
}

async function startWhenPossible(
  lab: RunningLab,
  group: AnyGroup,
  before: readonly Promise<Contributions>[],
): Promise<Contributions> {
  const context = await contextFor(lab, group)
  await Promise.all([provideParts(lab, group), ...before])
  const began = performance.now()
  const contribution = await group.start(context)
  lab.details.set(group.name, contribution.details)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  lab.log(`${group.name} is ready (${seconds} s).`)
  return {
    details: { [group.name]: contribution.details },
    environment: contribution.environment ?? {},
    versions: contribution.versions ?? {},
  }
}

/** One after the other: a build uses all processors, and parts that share one wait for each other anyway. */
async function provideParts(lab: RunningLab, group: AnyGroup): Promise<void> {
  for (const part of group.parts) await providePart(lab, part)
}
