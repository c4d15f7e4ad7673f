import type { Finding } from '../finding.ts'
import type { JudgeContext } from '../gate/judge-context.ts'
import type { RefusedWaiver, WaiverReport } from '../gate/judgement.ts'
import { standingOf } from './standing.ts'
import { waiverIndex } from './waiver-index.ts'
import type { Waiver } from './waiver.ts'

/** The waivers as they are on the day of judgement. */
export interface WaiverJudge {
  /** The waiver that covers a finding the longest, and one that did until it expired. */
  covering(finding: Finding): {
    readonly waiver: Waiver | undefined
    readonly expired: Waiver | undefined
  }
  /** What became of all waivers; to be asked for when all findings have been looked up. */
  report(): WaiverReport
}

interface Sorted {
  readonly inForce: readonly Waiver[]
  readonly expired: readonly Waiver[]
  readonly expiringSoon: readonly Waiver[]
  readonly refused: readonly RefusedWaiver[]
}

/** Makes the waivers ready to be looked up for findings. */
export function judgeWaivers(context: JudgeContext): WaiverJudge {
  const sorted = sortedByStanding(context)
  const inForce = waiverIndex(sorted.inForce.toSorted(longestFirst), context)
  const expired = waiverIndex(sorted.expired.toSorted(longestFirst), context)
  const uses = new Map<Waiver, number>()
  return {
    covering(finding) {
      const covering = inForce.covering(finding)
      for (const waiver of covering) uses.set(waiver, (uses.get(waiver) ?? 0) + 1)
      const waiver = covering[0]
      return { waiver, expired: waiver === undefined ? expired.covering(finding)[0] : undefined }
    },
    report: () => reportOf(sorted, uses),
  }
}

function sortedByStanding({ waivers, policy, now }: JudgeContext): Sorted {
  const standings = waivers
    .toSorted(byPlace)
    .map((waiver) => ({ waiver, standing: standingOf(waiver, policy.waivers, now) }))
  const inForce = standings.filter(({ standing }) => standing.state === 'in-force')
  return {
    inForce: inForce.map(({ waiver }) => waiver),
    expired: standings
      .filter(({ standing }) => standing.state === 'expired')
      .map(({ waiver }) => waiver),
    expiringSoon: inForce
      .filter(({ standing }) => standing.state === 'in-force' && standing.isEndingSoon)
      .map(({ waiver }) => waiver),
    refused: standings.flatMap(({ waiver, standing }) =>
      standing.state === 'refused' ? [{ waiver, reason: standing.reason }] : [],
    ),
  }
}

function reportOf(sorted: Sorted, uses: ReadonlyMap<Waiver, number>): WaiverReport {
  const { inForce, expired, expiringSoon, refused } = sorted
  return {
    used: inForce.flatMap((waiver) => {
      const findings = uses.get(waiver)
      return findings === undefined ? [] : [{ waiver, findings }]
    }),
    expired,
    unused: inForce.filter((waiver) => !uses.has(waiver)),
    expiringSoon,
    incomplete: inForce.filter(({ lacks }) => lacks.length > 0),
    refused,
  }
}

function byPlace({ origin: one }: Waiver, { origin: other }: Waiver): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1
  return one.line - other.line
}

/** The order decides which waiver is shown: by the expiry, else by the place (sorting is stable). */
function longestFirst(one: Waiver, other: Waiver): number {
  const [ends, otherEnds] = [endOf(one), endOf(other)]
  if (ends === otherEnds) return 0
  return ends > otherEnds ? -1 : 1
}

function endOf({ expires }: Waiver): number {
  return expires?.getTime() ?? Infinity
}
