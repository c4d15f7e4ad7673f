import { version } from '@oke-pipeline/core'
import type { Finding } from '../finding.ts'
import type { BaselineReport, Decision, JudgedFinding, Judgement } from '../gate/judgement.ts'
import type { Waiver } from '../waivers/waiver.ts'
import { adviceFor } from './advice.ts'
import type { Advice } from './advice.ts'
import type { GateReport } from './gate-report.ts'
import { worstFirst } from './order.ts'

/** The schema that reports are written in; another one has another name. */
export const reportSchemaName = 'oke-pipeline/scan-report/v1'

/**
 * The whole report as JSON, for programs: findings as they were judged, worst first, and what
 * became of waivers, VEX documents and the baseline.
 */
export function renderJson(report: GateReport): string {
  const { judgement, scans } = report
  return `${JSON.stringify(
    {
      schema: reportSchemaName,
      generator: `oke-pipeline ${version}`,
      image: { digest: judgement.digest, name: report.imageName, base: report.baseImage },
      at: judgement.at,
      verdict: judgement.verdict,
      mode: judgement.policy.mode,
      policyHash: judgement.policyHash,
      warnings: judgement.warnings,
      counts: countsOf(judgement),
      scans: scans.map(({ databaseBuilt, ...scan }) => ({ ...scan, databaseBuilt })),
      advice: adviceFor(judgement.blocking.map(({ finding }) => finding)).map(adviceJson),
      waivers: waiversOf(judgement),
      waiverChanges: report.waiverChanges,
      vex: vexOf(judgement),
      baseline: judgement.baseline === undefined ? undefined : baselineJson(judgement.baseline),
      findings: worstFirst(judgement.findings).map((judged) => findingJson(judged, report)),
    },
    undefined,
    2,
  )}\n`
}

/** Numbers of findings: of each severity, of those that close the gate, and by outcome. */
export function countsOf({
  counts,
  blockingCounts,
  outcomes,
}: Judgement): Readonly<Record<'found' | 'blocking' | 'outcomes', object>> {
  return { found: counts, blocking: blockingCounts, outcomes }
}

function adviceJson({ findings, ...advice }: Advice): object {
  return { ...advice, fixes: findings.map(({ id }) => id) }
}

function waiversOf({ waivers }: Judgement): object {
  return {
    used: waivers.used.map(({ waiver, findings }) => ({ ...waiverJson(waiver), findings })),
    expired: waivers.expired.map(waiverJson),
    unused: waivers.unused.map(waiverJson),
    expiringSoon: waivers.expiringSoon.map(waiverJson),
    incomplete: waivers.incomplete.map((waiver) => ({
      ...waiverJson(waiver),
      lacks: waiver.lacks,
    })),
    refused: waivers.refused.map(({ waiver, reason }) => ({
      ...waiverJson(waiver),
      refused: reason,
    })),
  }
}

function waiverJson({ ids, reason, owner, expires, origin }: Waiver): object {
  return { ids, reason, owner, expires, file: origin.file, line: origin.line }
}

function vexOf({ vex }: Judgement): object {
  return {
    applied: vex.applied.map(({ document, findings }) => ({
      name: document.origin.name,
      findings,
    })),
    untrusted: vex.untrusted.map(({ document, reason }) => ({
      name: document.origin.name,
      reason,
    })),
    unused: vex.unused.map(({ origin }) => origin.name),
    notes: vex.notes,
  }
}

function baselineJson({ source, unusable, isGating, added, fixed }: BaselineReport): object {
  return { source, unusable, isGating, added: added.map(shortJson), fixed: fixed.map(shortJson) }
}

function shortJson({ kind, id, severity, package: subject, place }: Finding): object {
  return { kind, id, severity, package: subject, place }
}

function findingJson({ finding, decision, isNew }: JudgedFinding, report: GateReport): object {
  return { ...finding, isNew, decision: decisionJson(decision), source: report.placeOf(finding) }
}

function decisionJson(decision: Decision): object {
  const { outcome, reason } = decision
  switch (decision.outcome) {
    case 'waived':
      return { outcome, reason, waiver: waiverJson(decision.waiver) }
    case 'excluded':
      return { outcome, reason, vex: decision.vex.document.origin.name }
    case 'in-grace':
      return { outcome, reason, until: decision.until }
    case 'blocks':
    case 'not-new':
    case 'below-policy':
      return { outcome, reason }
  }
}
