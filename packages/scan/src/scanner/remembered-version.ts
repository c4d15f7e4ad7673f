import { join } from 'node:path'
import { scanCacheIn } from './scan-cache.ts'

/**
 * Which version a program is, asked once: starting a scanner for it takes longer than all the rest
 * of an answer from the cache.
 */
export async function rememberedVersion(
  identity: string,
  cache: string | undefined,
  ask: () => Promise<string | undefined>,
): Promise<string | undefined> {
  if (cache === undefined) return ask()
  const store = scanCacheIn(join(cache, 'oke-pipeline-scans'))
  const kept = { scanner: '', version: '', program: identity, database: '', digest: '', order: [] }
  const known = await store.get(kept)
  if (known !== undefined) return known
  const version = await ask()
  if (version !== undefined) await store.put(kept, version)
  return version
}
