import { defaultGatePolicy, parseWaivers, vulnerabilityRule } from '../../src/index.ts'
import type { GatePolicy, JudgeContext, VulnerabilityRule, Waiver } from '../../src/index.ts'

/** The digest of the image that tests judge, and of its two platforms. */
export const digests = {
  index: `sha256:${'1'.repeat(64)}`,
  amd64: `sha256:${'2'.repeat(64)}`,
  arm64: `sha256:${'3'.repeat(64)}`,
  other: `sha256:${'9'.repeat(64)}`,
} as const

/** A context that differs from a plain one only where a test says so. */
export function sampleContext(
  changes: Partial<JudgeContext> & { readonly rules?: readonly Partial<VulnerabilityRule>[] } = {},
): JudgeContext {
  const { rules, ...rest } = changes
  const policy: GatePolicy = {
    ...defaultGatePolicy,
    ...rest.policy,
    ...(rules === undefined ? {} : { vulnerabilities: rules.map(vulnerabilityRule) }),
  }
  return {
    waivers: [],
    vex: [],
    baseline: undefined,
    now: new Date('2026-11-25T12:00:00Z'),
    digest: digests.index,
    platforms: [
      { name: 'linux/amd64', digest: digests.amd64 },
      { name: 'linux/arm64', digest: digests.arm64 },
    ],
    ...rest,
    policy,
  }
}

/** Waivers of our own format; each line is one entry of the list, as YAML in one line. */
export function waiversOf(...entries: readonly string[]): readonly Waiver[] {
  const lines = entries.map((entry) => `  - ${entry}`)
  const text = ['schema: oke-pipeline/waivers/v1', 'waivers:', ...lines].join('\n')
  return parseWaivers(text, '.github/waivers.yml').waivers
}

/** What every waiver must say besides what it is for. */
export const answered = 'reason: not reachable, owner: team-a, expires: 2026-12-31'
