import type { RatedSeverity, Severity } from '../finding.ts'

/**
 * What a failing verdict does to the step. `enforce` fails it. `warn` lets through what the policy
 * forbids, and says so. `continue` lets an image through that could not be judged, too.
 */
export const gateModes = ['enforce', 'warn', 'continue'] as const

/** One of {@link gateModes}. */
export type GateMode = (typeof gateModes)[number]

/** For how long a vulnerability may wait for its update. */
export interface GracePeriod {
  /** What the days are counted from; a vulnerability without that date has no grace. */
  readonly since: 'published' | 'fixed'
  /** Days by severity; none for a severity that is not named. */
  readonly days: Readonly<Partial<Record<Severity, number>>>
}

/** A vulnerability closes the gate when it fulfils every condition of one rule. */
export interface VulnerabilityRule {
  /** The least severity. */
  readonly severity: RatedSeverity | undefined
  /** Whether one that nobody has rated counts as that severe: it could be a critical one. */
  readonly unrated: boolean
  /** Only where a fix is published. */
  readonly fixable: boolean
  /** The least EPSS probability, 0 to 1. */
  readonly epss: number | undefined
  /** Only what CISA lists as exploited. */
  readonly knownExploited: boolean
  /** Only in packages of these types; all where it is empty. */
  readonly packageTypes: readonly string[]
  readonly grace: GracePeriod | undefined
}

/** Licences by SPDX identifier. */
export interface LicenceRule {
  /** Where given, every licence that is not in it closes the gate. */
  readonly allowed: readonly string[] | undefined
  readonly denied: readonly string[]
}

/** What the policy asks of waivers. */
export interface WaiverRule {
  /** How far ahead a waiver may expire. */
  readonly longestDays: number
  /** From how many days before its expiry a waiver is warned of. */
  readonly soonDays: number
  /** What a waiver must say to count, whatever kind of file it comes from. */
  readonly require: readonly WaiverFact[]
}

/** What a waiver of another tool's file may lack. */
export const waiverFacts = ['expiry', 'owner', 'reason'] as const

/** One of {@link waiverFacts}. */
export type WaiverFact = (typeof waiverFacts)[number]

/** Whose VEX statements count. */
export interface VexRule {
  /** Authors of files, and signers of referrers, exactly as they are written. */
  readonly trustedAuthors: readonly string[]
  /** Whether what an unsigned referrer says of its author is believed. */
  readonly allowUnsigned: boolean
}

/** What a baseline does. */
export interface BaselineRule {
  /** `new`: only what the baseline does not have closes the gate; `all`: it is only shown. */
  readonly gate: 'new' | 'all'
  /** Whether an unusable baseline makes everything new, or is a refusal. */
  readonly unusable: 'all-new' | 'refuse'
}

/** What closes the gate, and what may excuse a finding. */
export interface GatePolicy {
  readonly mode: GateMode
  /** Any one of them closes the gate. */
  readonly vulnerabilities: readonly VulnerabilityRule[]
  /** Whether a secret closes the gate. */
  readonly secrets: boolean
  /** The least severity of a misconfiguration that closes the gate. */
  readonly misconfigurations: RatedSeverity | undefined
  readonly licences: LicenceRule
  /** How many open vulnerabilities of a severity there may be. */
  readonly limits: Readonly<Partial<Record<Severity, number>>>
  readonly waivers: WaiverRule
  readonly vex: VexRule
  readonly baseline: BaselineRule
}

/** A rule of the conditions that are given; without any it would hold for every vulnerability. */
export function vulnerabilityRule(conditions: Partial<VulnerabilityRule>): VulnerabilityRule {
  return {
    severity: undefined,
    unrated: true,
    fixable: false,
    epss: undefined,
    knownExploited: false,
    packageTypes: [],
    grace: undefined,
    ...conditions,
  }
}

/** What holds where nothing else is said: high and critical with a fix, exploited ones, secrets. */
export const defaultGatePolicy: GatePolicy = {
  mode: 'enforce',
  vulnerabilities: [
    vulnerabilityRule({ severity: 'high', fixable: true }),
    vulnerabilityRule({ knownExploited: true }),
  ],
  secrets: true,
  misconfigurations: undefined,
  licences: { allowed: undefined, denied: [] },
  limits: {},
  waivers: { longestDays: 365, soonDays: 14, require: [] },
  vex: { trustedAuthors: [], allowUnsigned: false },
  baseline: { gate: 'new', unusable: 'all-new' },
}

/** The simple case, by inputs of the action instead of a file. */
export interface SimplePolicy {
  readonly cutoff: RatedSeverity
  readonly onlyFixed: boolean
  readonly failOnUnknown: boolean
}

/** The policy that inputs describe; what they do not speak of is as in {@link defaultGatePolicy}. */
export function simpleGatePolicy(simple: SimplePolicy): GatePolicy {
  const { cutoff, onlyFixed, failOnUnknown } = simple
  return {
    ...defaultGatePolicy,
    vulnerabilities: [
      vulnerabilityRule({ severity: cutoff, fixable: onlyFixed, unrated: failOnUnknown }),
      vulnerabilityRule({ knownExploited: true }),
    ],
  }
}
