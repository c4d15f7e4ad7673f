import type { Finding, Severity } from '../finding.ts'
import type { GatePolicy } from '../policy/gate-policy.ts'
import type { VexDocument, VexStatement } from '../vex/vex-document.ts'
import type { Waiver } from '../waivers/waiver.ts'

/** A statement that was applied, and the document that it comes from. */
export interface AppliedVex {
  readonly statement: VexStatement
  readonly document: VexDocument
}

/** What becomes of one finding; `reason` completes "… because": `it is high or worse with a fix`. */
export type Decision =
  | { readonly outcome: 'blocks'; readonly reason: string }
  | { readonly outcome: 'waived'; readonly reason: string; readonly waiver: Waiver }
  | { readonly outcome: 'excluded'; readonly reason: string; readonly vex: AppliedVex }
  /** Would close the gate, but for the time that the policy gives to update. */
  | { readonly outcome: 'in-grace'; readonly reason: string; readonly until: Date }
  /** Would close the gate, but the baseline has it already. */
  | { readonly outcome: 'not-new'; readonly reason: string }
  /** No rule of the policy speaks of it. */
  | { readonly outcome: 'below-policy'; readonly reason: string }

/** One of the outcomes of a {@link Decision}. */
export type Outcome = Decision['outcome']

/** A finding with what becomes of it. */
export interface JudgedFinding {
  readonly finding: Finding
  readonly decision: Decision
  /** Whether the baseline does not have it; undefined where there is no baseline. */
  readonly isNew: boolean | undefined
  /** A waiver that covered it and has expired. */
  readonly expiredWaiver: Waiver | undefined
}

/** A waiver that counts, and when it ends. */
export interface WaiverUse {
  readonly waiver: Waiver
  /** How many findings it covers. */
  readonly findings: number
}

/** A waiver that does not count; `reason` is a whole sentence. */
export interface RefusedWaiver {
  readonly waiver: Waiver
  readonly reason: string
}

/** What became of the waivers, each list in the order of files and lines. */
export interface WaiverReport {
  readonly used: readonly WaiverUse[]
  /** Do not waive any more; whether or not they would have. */
  readonly expired: readonly Waiver[]
  /** In force, and nothing was found that they are for. */
  readonly unused: readonly Waiver[]
  /** In force, and soon not any more. */
  readonly expiringSoon: readonly Waiver[]
  /** In force, though they lack what a waiver should say. */
  readonly incomplete: readonly Waiver[]
  /** Against the policy: too long, or without what it requires. */
  readonly refused: readonly RefusedWaiver[]
}

/** What became of VEX documents. */
export interface VexReport {
  readonly applied: readonly { readonly document: VexDocument; readonly findings: number }[]
  /** Not applied as a whole; `reason` is a whole sentence. */
  readonly untrusted: readonly { readonly document: VexDocument; readonly reason: string }[]
  /** Trusted documents of which nothing fits what was found. */
  readonly unused: readonly VexDocument[]
  /** Single statements that are left out, in whole sentences. */
  readonly notes: readonly string[]
}

/** What changed against a baseline. */
export interface BaselineReport {
  readonly source: string
  /** Why it could not be used; everything counts as new then. */
  readonly unusable: string | undefined
  readonly isGating: boolean
  readonly added: readonly Finding[]
  /** In the baseline, and not in this image any more. */
  readonly fixed: readonly Finding[]
}

/** All findings by severity. */
export type SeverityCounts = Readonly<Record<Severity, number>>

/** What the policy says of an image. */
export interface Judgement {
  readonly verdict: 'pass' | 'fail'
  /** All that was judged, in the order given. */
  readonly findings: readonly JudgedFinding[]
  /** Those that close the gate. */
  readonly blocking: readonly JudgedFinding[]
  readonly counts: SeverityCounts
  readonly blockingCounts: SeverityCounts
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly waivers: WaiverReport
  readonly vex: VexReport
  readonly baseline: BaselineReport | undefined
  readonly policy: GatePolicy
  /** `sha256:…` of the policy. */
  readonly policyHash: string
  /** The moment that days were counted by. */
  readonly at: Date
  readonly digest: string
  /** What must be said loudly: what a mode or a missing fact lets through. In whole sentences. */
  readonly warnings: readonly string[]
}
