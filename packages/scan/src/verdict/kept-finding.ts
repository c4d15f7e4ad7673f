import * as v from 'valibot'
import { findingKinds, findingOf, fixStates, severities } from '../finding.ts'
import type { Finding } from '../finding.ts'

const timestamp = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
)

/** What of a finding a verdict keeps: all that a policy, a waiver or VEX can ask for. */
export const KeptFinding = v.object({
  kind: v.picklist(findingKinds),
  id: v.string(),
  aliases: v.optional(v.array(v.string()), []),
  severity: v.picklist(severities),
  package: v.optional(
    v.object({
      name: v.string(),
      version: v.string(),
      type: v.string(),
      purl: v.optional(v.string()),
      path: v.optional(v.string()),
    }),
  ),
  place: v.optional(v.object({ path: v.string(), line: v.optional(v.number()) })),
  isFixed: v.optional(v.boolean(), false),
  fixState: v.picklist(fixStates),
  fixedIn: v.optional(v.array(v.string()), []),
  publishedAt: v.optional(timestamp),
  fixedAt: v.optional(timestamp),
  epss: v.optional(v.object({ probability: v.number(), percentile: v.optional(v.number()) })),
  isKnownExploited: v.optional(v.boolean(), false),
  foundBy: v.optional(v.array(v.string()), []),
  platforms: v.optional(v.array(v.string()), []),
})

/** A finding as it is written; JSON leaves out what is undefined. */
export type KeptFindingText = v.InferInput<typeof KeptFinding>

/** Writes a finding down. */
export function keptFinding(finding: Finding): KeptFindingText {
  const { kind, id, severity, aliases, fixedIn, foundBy, platforms } = finding
  const { publishedAt, fixedAt, isFixed, fixState, isKnownExploited, epss, place } = finding
  return {
    kind,
    id,
    severity,
    package: finding.package,
    place,
    publishedAt: publishedAt?.toISOString(),
    fixedAt: fixedAt?.toISOString(),
    epss,
    fixState,
    isFixed: isFixed || undefined,
    isKnownExploited: isKnownExploited || undefined,
    aliases: unlessEmpty(aliases),
    fixedIn: unlessEmpty(fixedIn),
    foundBy: unlessEmpty(foundBy),
    platforms: unlessEmpty(platforms),
  }
}

/** Left out where there is nothing: a hundred thousand empty lists are megabytes. */
function unlessEmpty(texts: readonly string[]): string[] | undefined {
  return texts.length === 0 ? undefined : [...texts]
}

/** The finding that was written down. */
export function findingFrom(kept: v.InferOutput<typeof KeptFinding>): Finding {
  const { package: found, place, epss } = kept
  return findingOf({
    ...kept,
    package:
      found === undefined
        ? undefined
        : { ...found, purl: found.purl ?? undefined, path: found.path ?? undefined },
    place: place === undefined ? undefined : { path: place.path, line: place.line },
    epss:
      epss === undefined
        ? undefined
        : { probability: epss.probability, percentile: epss.percentile },
    publishedAt: kept.publishedAt,
    fixedAt: kept.fixedAt,
  })
}
