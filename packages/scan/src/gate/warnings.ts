import type { Judgement } from './judgement.ts'

type Parts = Omit<Judgement, 'warnings'>

/** What people must be told, whatever the verdict. */
export function warningsOf(parts: Parts): readonly string[] {
  return [
    ...ofMode(parts),
    ...ofBaseline(parts),
    ...ofWaivers(parts),
    ...ofVex(parts),
    ...ofUnknownFacts(parts),
  ]
}

function ofMode({ policy, verdict, blocking }: Parts): readonly string[] {
  if (policy.mode === 'enforce' || verdict === 'pass') return []
  const found = counted(blocking.length, 'finding')
  return [`The mode is "${policy.mode}": ${found} that the policy forbids may pass.`]
}

function ofBaseline({ baseline, outcomes }: Parts): readonly string[] {
  if (baseline === undefined) return []
  const { source, unusable } = baseline
  if (unusable !== undefined) {
    return [
      `The baseline "${source}" cannot be used, so that everything counts as new. ${unusable}`,
    ]
  }
  const known = outcomes['not-new']
  if (known === 0) return []
  return [
    `${counted(known, 'finding')} that the policy forbids may pass, for the baseline "${source}" has them already.`,
  ]
}

function ofWaivers({ waivers }: Parts): readonly string[] {
  const { expired, refused, incomplete, expiringSoon, unused } = waivers
  return [
    said(expired, 'has expired and waives nothing', 'have expired and waive nothing'),
    said(
      refused,
      'is against the policy and waives nothing',
      'are against the policy and waive nothing',
    ),
    said(
      incomplete,
      'counts without saying all that it should',
      'count without saying all that they should',
    ),
    said(expiringSoon, 'expires soon', 'expire soon'),
    said(unused, 'is for nothing that was found', 'are for nothing that was found'),
  ].flat()
}

function said(waivers: readonly unknown[], one: string, many: string): readonly string[] {
  if (waivers.length === 0) return []
  return [`${counted(waivers.length, 'waiver')} ${waivers.length === 1 ? one : many}.`]
}

function ofVex({ vex }: Parts): readonly string[] {
  return vex.untrusted.map(
    ({ document, reason }) => `VEX document "${document.origin.name}" is not applied. ${reason}`,
  )
}

/** A rule cannot hold for what its scanner did not tell: that is no reason to be calm. */
function ofUnknownFacts({ policy, findings }: Parts): readonly string[] {
  const asks = policy.vulnerabilities.some(({ epss }) => epss !== undefined)
  if (!asks) return []
  const unknown = findings.filter(
    ({ finding }) => finding.kind === 'vulnerability' && finding.epss === undefined,
  )
  if (unknown.length === 0) return []
  return [
    `The policy has a rule by EPSS, and ${counted(unknown.length, 'vulnerability', 'vulnerabilities')} came without it: that rule cannot hold for them.`,
  ]
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
