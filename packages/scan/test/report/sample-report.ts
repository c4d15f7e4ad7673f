import { defaultGatePolicy } from '../../src/index.ts'
import type {
  Decision,
  Finding,
  GateReport,
  JudgedFinding,
  Judgement,
  Severity,
  Waiver,
} from '../../src/index.ts'
import { sampleFinding } from '../sample-finding.ts'

/** The digest of the image of the sample. */
export const digest = `sha256:${'ab'.repeat(32)}`

/** A finding with what becomes of it. */
export function judged(
  changes: Partial<Finding> = {},
  decision: Decision = { outcome: 'blocks', reason: 'it is high or worse' },
  isNew?: boolean,
): JudgedFinding {
  return { finding: sampleFinding(changes), decision, isNew, expiredWaiver: undefined }
}

/** A waiver in line 3 of the repository's file. */
export function sampleWaiver(changes: Partial<Waiver> = {}): Waiver {
  return {
    ids: ['CVE-2026-0001'],
    matchesAliases: true,
    kinds: [],
    package: undefined,
    fixState: undefined,
    reason: 'not reachable',
    owner: '@team',
    expires: new Date('2026-12-24T00:00:00Z'),
    scope: { digests: [], paths: [], platforms: [] },
    origin: { file: '.github/waivers.yml', line: 3, format: 'waivers' },
    lacks: [],
    ...changes,
  }
}

function counts(findings: readonly JudgedFinding[]): Record<Severity, number> {
  const result = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 }
  for (const { finding } of findings) result[finding.severity] += 1
  return result
}

function outcomesIn(findings: readonly JudgedFinding[]): Judgement['outcomes'] {
  const result = {
    blocks: 0,
    waived: 0,
    excluded: 0,
    'in-grace': 0,
    'not-new': 0,
    'below-policy': 0,
  }
  for (const { decision } of findings) result[decision.outcome] += 1
  return result
}

/** A judgement of these findings. */
export function sampleJudgement(
  findings: readonly JudgedFinding[],
  changes: Partial<Judgement> = {},
): Judgement {
  const blocking = findings.filter(({ decision }) => decision.outcome === 'blocks')
  return {
    verdict: blocking.length === 0 ? 'pass' : 'fail',
    findings,
    blocking,
    counts: counts(findings),
    blockingCounts: counts(blocking),
    outcomes: outcomesIn(findings),
    waivers: { used: [], expired: [], unused: [], expiringSoon: [], incomplete: [], refused: [] },
    vex: { applied: [], untrusted: [], unused: [], notes: [] },
    baseline: undefined,
    policy: defaultGatePolicy,
    policyHash: `sha256:${'cd'.repeat(32)}`,
    at: new Date('2026-11-25T06:00:00Z'),
    digest,
    warnings: [],
    ...changes,
  }
}

/** A report on these findings. */
export function sampleReport(
  findings: readonly JudgedFinding[],
  changes: Partial<Judgement> = {},
): GateReport {
  return {
    judgement: sampleJudgement(findings, changes),
    scans: [
      {
        platform: 'linux/amd64',
        digest,
        scanner: { name: 'grype', version: '0.120.1' },
        databaseBuilt: new Date('2026-11-25T00:00:00Z'),
        ignoredCount: 0,
        alerts: [],
      },
    ],
    imageName: undefined,
    baseImage: 'docker.io/library/node:22',
    waiverChanges: undefined,
    placeOf: () => ({ file: 'Dockerfile', line: 4 }),
    runUrl: 'https://github.com/acme/hello/actions/runs/1',
  }
}

/** What nobody should ever call a package, a rule or a waiver. */
export const hostile = [
  '::error::gotcha',
  '\n::set-output name=verdict::pass',
  '##[error]gotcha',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  '[click](javascript:alert(1)) ![x](https://evil.invalid/x.png)',
  '| a | b |\n| --- | --- |',
  '</details></summary></table>',
  '```\n# heading\n```',
  '@octocat #1',
  '\u001b[31mred\u001b[0m\u001b]8;;https://evil.invalid\u0007link\u001b]8;;\u0007',
  '=HYPERLINK("https://evil.invalid","x")',
  "@SUM(1+1)*cmd|'/C calc'!A0",
  "-2+3+cmd|'/C calc'!A0",
  'left\u202eright\u2066\u200b',
  '\u0000\u0007\b',
  'javascript:alert(1)',
  "x' or '1'='1",
] as const

/** A report in which everything that is foreign is hostile, with descriptions of a megabyte. */
export function hostileReport(): GateReport {
  const findings = hostile.map((evil, index) => {
    const finding: Partial<Finding> = {
      kind: index % 2 === 0 ? 'vulnerability' : 'secret',
      id: `${evil}-${index}`,
      aliases: [evil],
      title: evil,
      description: `${evil}\n`.padEnd(1024 * 1024, `${evil} `),
      package:
        index % 2 === 0
          ? { name: evil, version: evil, type: evil, purl: evil, path: evil }
          : undefined,
      place: index % 2 === 0 ? undefined : { path: evil, line: 1 },
      fixedIn: [evil],
      url: index % 3 === 0 ? 'javascript:alert(1)' : 'https://example.invalid/"><script>',
      references: [evil],
      foundBy: [evil],
      platforms: [evil],
      ratings: [{ source: evil, severity: 'high', score: 7.5, vector: evil }],
    }
    const waiver = sampleWaiver({ ids: [evil], owner: evil, reason: evil })
    return index % 4 === 3
      ? judged(finding, { outcome: 'waived', reason: evil, waiver })
      : judged(finding, { outcome: 'blocks', reason: evil })
  })
  const baseline = { source: hostile[3], unusable: undefined, isGating: true }
  const changed = findings.map(({ finding }) => finding)
  const waivers = hostile.map((evil) => sampleWaiver({ ids: [evil], owner: evil }))
  const report = sampleReport(findings, {
    warnings: [...hostile],
    baseline: { ...baseline, added: changed, fixed: changed },
    waivers: {
      used: [],
      expired: waivers,
      unused: waivers,
      expiringSoon: [],
      incomplete: [],
      refused: [],
    },
    vex: { applied: [], untrusted: [], unused: [], notes: [...hostile] },
  })
  const [scan] = report.scans
  return {
    ...report,
    imageName: hostile[4],
    baseImage: hostile[3],
    scans: scan === undefined ? [] : [{ ...scan, platform: hostile[3], alerts: [...hostile] }],
  }
}
