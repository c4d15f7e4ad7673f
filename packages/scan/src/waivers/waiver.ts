import type { FindingKind, FixState } from '../finding.ts'
import type { WaiverFact } from '../policy/gate-policy.ts'

/** The kinds of files that waivers are read from. */
export type WaiverFormat = 'waivers' | 'trivyignore' | 'trivyignore-yaml' | 'grype'

/** Where a waiver stands. */
export interface WaiverOrigin {
  readonly file: string
  readonly line: number
  readonly format: WaiverFormat
}

/** Which packages a waiver is for; what is not given may be anything. */
export interface WaivedPackage {
  readonly name: string | undefined
  /** Where the name is a regular expression, as in Grype's rules. */
  readonly namePattern: RegExp | undefined
  /** A version, or a range such as `>=1.2 <1.4`. */
  readonly version: string | undefined
  readonly type: string | undefined
  /** Any one of them must fit; without a version, one fits every version. */
  readonly purls: readonly string[]
}

/** Where a waiver counts; what is empty is no limit. */
export interface WaiverScope {
  readonly digests: readonly string[]
  /** Globs. */
  readonly paths: readonly string[]
  readonly platforms: readonly string[]
}

/** Somebody's word that a finding may pass the gate for a time. */
export interface Waiver {
  /** Identifiers or aliases; of a secret or a misconfiguration its rule, of a licence its name. */
  readonly ids: readonly string[]
  /** Whether an alias of the finding will do. */
  readonly matchesAliases: boolean
  /** The kinds of findings that it is for; empty for all. */
  readonly kinds: readonly FindingKind[]
  readonly package: WaivedPackage | undefined
  /** Only findings of this state. */
  readonly fixState: FixState | undefined
  readonly reason: string | undefined
  readonly owner: string | undefined
  /** The moment from which it does not count any more. */
  readonly expires: Date | undefined
  readonly scope: WaiverScope
  readonly origin: WaiverOrigin
  /** What a waiver should say and this one does not. */
  readonly lacks: readonly WaiverFact[]
}

/** What a file of waivers says. */
export interface WaiversFile {
  readonly file: string
  readonly format: WaiverFormat
  readonly waivers: readonly Waiver[]
  /** What in it is not understood and therefore waives nothing; for people, in whole sentences. */
  readonly notes: readonly string[]
}
