import { parseYaml } from '@oke-pipeline/core'
import type * as v from 'valibot'
import { packageTypeOf } from '../package-type.ts'
import { contradictionsIn } from './contradictions.ts'
import { defaultGatePolicy, vulnerabilityRule } from './gate-policy.ts'
import type { GatePolicy, GracePeriod, VulnerabilityRule } from './gate-policy.ts'
import { GatePolicyFile } from './policy-file.ts'
import type { GatePolicyText, ruleSchema } from './policy-file.ts'

type RuleText = v.InferOutput<typeof ruleSchema>

/**
 * Makes sense of the text of a policy; what it does not speak of is as in
 * {@link defaultGatePolicy}.
 * @throws {@link ConfigurationError} that lists all problems, contradictions too, with their places.
 */
export function parseGatePolicy(text: string, file: string): GatePolicy {
  const about = { file, title: 'Gate policy', describedBy: 'schema/gate-policy.schema.json' }
  return policyOf(parseYaml(GatePolicyFile, text, about, contradictionsIn).data)
}

function policyOf(data: GatePolicyText): GatePolicy {
  const { licences, limits } = data
  const ours = defaultGatePolicy
  return {
    mode: data.mode ?? ours.mode,
    vulnerabilities: data.vulnerabilities?.map(ruleOf) ?? ours.vulnerabilities,
    secrets: data.secrets ?? ours.secrets,
    misconfigurations: data.misconfigurations,
    licences: { allowed: licences?.allowed, denied: licences?.denied ?? [] },
    limits: withoutAbsent(limits ?? {}),
    ...excusesOf(data),
  }
}

/** What may excuse a finding. */
function excusesOf({
  waivers,
  vex,
  baseline,
}: GatePolicyText): Pick<GatePolicy, 'waivers' | 'vex' | 'baseline'> {
  const ours = defaultGatePolicy
  return {
    waivers: {
      longestDays: waivers?.['longest-days'] ?? ours.waivers.longestDays,
      soonDays: waivers?.['soon-days'] ?? ours.waivers.soonDays,
      require: waivers?.require ?? ours.waivers.require,
    },
    vex: {
      trustedAuthors: vex?.['trusted-authors'] ?? ours.vex.trustedAuthors,
      allowUnsigned: vex?.['allow-unsigned'] ?? ours.vex.allowUnsigned,
    },
    baseline: { ...ours.baseline, ...withoutAbsent(baseline ?? {}) },
  }
}

/** A rule as the gate goes by it. */
export function ruleOf(rule: RuleText): VulnerabilityRule {
  return vulnerabilityRule({
    severity: rule.severity,
    unrated: rule.unrated ?? true,
    fixable: rule.fixable ?? false,
    epss: rule.epss,
    knownExploited: rule['known-exploited'] ?? false,
    packageTypes: (rule['package-types'] ?? []).map(packageTypeOf),
    grace: graceOf(rule),
  })
}

function graceOf({ grace }: RuleText): GracePeriod | undefined {
  return grace === undefined ? undefined : { since: grace.since, days: withoutAbsent(grace.days) }
}

type Present<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> }

/** The same without what is not given. */
function withoutAbsent<T extends object>(values: T): Present<T> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  // Object.fromEntries forgets the names; they are those of `values`.
  return Object.fromEntries(given) as Present<T>
}
