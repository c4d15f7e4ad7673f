import type { Finding } from '../finding.ts'

/** What an image is compared with. */
export type Baseline =
  | { readonly usable: true; readonly source: string; readonly findings: readonly Finding[] }
  | { readonly usable: false; readonly source: string; readonly reason: string }

/** The findings of another image or report, to compare with; `source` names it. */
export function baselineOf(findings: readonly Finding[], source: string): Baseline {
  return { usable: true, source, findings }
}

/** A baseline that was asked for and cannot be used; `reason` is a whole sentence. */
export function unusableBaseline(source: string, reason: string): Baseline {
  return { usable: false, source, reason }
}
