import type { Cluster } from '../client/cluster.ts'
import { readHistory } from './history.ts'

/** What the release records of a namespace refer to, in texts as objects have them. */
export interface RecordedReferences {
  /** Every digest that is in a record: of images, of their platforms, of anything else. */
  readonly digests: ReadonlySet<string>
  /** Every text of an object that may name an image, with tag or digest. */
  readonly names: ReadonlySet<string>
}

/**
 * Everything that the records of a namespace may still need: those of the release in force, of the
 * ones before it, which a rollback puts back, of hooks, and of what was there before any release.
 * @throws {@link ServiceError} when the cluster or one of the records cannot be read.
 */
export async function recordedReferences(
  cluster: Cluster,
  namespace: string,
): Promise<RecordedReferences> {
  const texts = new Set<string>()
  for (const record of await readHistory(cluster, { namespace })) collectTexts(record, texts)
  const digests = [...texts].flatMap((text) => text.match(/sha256:[0-9a-f]{64}/g) ?? [])
  const names = [...texts].filter((text) => /^[^\s:]+(?::\d+)?\/[^\s]+[:@][^\s]+$/.test(text))
  return { digests: new Set(digests), names: new Set(names) }
}

function collectTexts(value: unknown, texts: Set<string>): void {
  if (typeof value === 'string') texts.add(value)
  else if (Array.isArray(value)) for (const item of value) collectTexts(item, texts)
  else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) collectTexts(item, texts)
  }
}
