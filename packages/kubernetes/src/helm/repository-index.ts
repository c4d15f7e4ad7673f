import * as v from 'valibot'
import { parse } from 'yaml'

const entrySchema = v.object({
  version: v.string(),
  digest: v.optional(v.string()),
  urls: v.array(v.string()),
})

const indexSchema = v.object({ entries: v.record(v.string(), v.unknown()) })

/** Where a chart repository has one version of a chart. */
export interface ChartEntry {
  readonly version: string
  /** As the repository has it, perhaps relative to the repository. */
  readonly url: string
  /** SHA-256 of the archive; undefined where the repository does not say it. */
  readonly sha256: string | undefined
}

/** A chart of a repository, or what is wrong with the wish for it. */
export type Lookup = ChartEntry | { readonly problem: string }

/**
 * Looks a version of a chart up in the index of a repository, as
 * https://helm.sh/docs/topics/chart_repository has it.
 */
export function lookUpChart(
  text: string,
  { chart, version }: { readonly chart: string; readonly version: string },
): Lookup {
  const index = v.safeParse(indexSchema, contentOf(text))
  if (!index.success) return { problem: 'cannot be looked up: the index of its repository is none' }
  const { entries } = index.output
  if (!Object.hasOwn(entries, chart)) {
    const names = Object.keys(entries).sort()
    return { problem: `is not in its repository, which has ${listOf(names)}` }
  }
  const versions = entriesIn(entries[chart])
  const entry = versions.find((one) => withoutV(one.version) === withoutV(version))
  if (entry === undefined) {
    const known = listOf(versions.map((one) => one.version))
    return { problem: `has no version ${version} in its repository, which has ${known}` }
  }
  const [url] = entry.urls
  if (url === undefined) return { problem: 'has no address in the index of its repository' }
  return { version: entry.version, url, sha256: sha256In(entry.digest) }
}

/** What is JSON already is read much faster as such. */
function contentOf(text: string): unknown {
  try {
    return text.trimStart().startsWith('{')
      ? JSON.parse(text)
      : parse(text, { logLevel: 'silent', maxAliasCount: 0 })
  } catch {
    return undefined
  }
}

/** Those of a chart's entries that can be used; others may be of a kind that is not known here. */
function entriesIn(content: unknown): readonly v.InferOutput<typeof entrySchema>[] {
  return (Array.isArray(content) ? content : []).flatMap((one: unknown) => {
    const entry = v.safeParse(entrySchema, one)
    return entry.success ? [entry.output] : []
  })
}

function withoutV(version: string): string {
  return version.replace(/^v/, '')
}

function sha256In(digest = ''): string | undefined {
  return /^(?:sha256:)?([0-9a-f]{64})$/.exec(digest)?.[1]
}

const shown = 10

function listOf(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const rest = names.length - shown
  const first = names.slice(0, shown).join(', ')
  return rest > 0 ? `${first} and ${rest} more` : first
}
