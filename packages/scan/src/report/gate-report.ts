import type { Finding } from '../finding.ts'
import type { Judgement } from '../gate/judgement.ts'

/** One scan that the judgement rests on. */
export interface ReportedScan {
  /** `linux/amd64`; empty where the image has but one platform. */
  readonly platform: string
  /** The digest that was scanned. */
  readonly digest: string
  readonly scanner: { readonly name: string; readonly version: string }
  /** When its database was built, where it has one. */
  readonly databaseBuilt: Date | undefined
  /** How many matches the scanner left out by rules of its own. */
  readonly ignoredCount: number
  /** What makes its findings less certain, as the scanner says it. */
  readonly alerts: readonly string[]
}

/** Where in the repository a finding can be dealt with. */
export interface SourcePlace {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
}

/** How waivers changed in the pull request that is judged. */
export interface WaiverChange {
  readonly change: 'added' | 'changed' | 'removed'
  readonly ids: readonly string[]
  readonly owner: string | undefined
  readonly expires: Date | undefined
  readonly place: SourcePlace
}

/** What all reports are made of. */
export interface GateReport {
  readonly judgement: Judgement
  readonly scans: readonly ReportedScan[]
  /** The image as people know it, such as `iad.ocir.io/ns/app`, where it is known. */
  readonly imageName: string | undefined
  /** The image that it is built on, where that is known. */
  readonly baseImage: string | undefined
  /** Waivers that changed in the pull request; undefined where there is none to compare with. */
  readonly waiverChanges: readonly WaiverChange[] | undefined
  /** Where in the repository a finding comes from. */
  readonly placeOf: (finding: Finding) => SourcePlace
  /** The address of the run. */
  readonly runUrl: string | undefined
}
