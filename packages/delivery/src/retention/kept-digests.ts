import { findReferrers, isDigest } from '@oke-pipeline/image'
import type { Digest, Repository } from '@oke-pipeline/image'
import * as v from 'valibot'

/** What is read of a repository to find out what belongs together in it. */
export type ReadableRepository = Pick<Repository, 'reference' | 'getManifest' | 'listReferrers'>

const childrenSchema = v.object({
  manifests: v.nullish(v.array(v.object({ digest: v.string() })), []),
})

/** Registries are asked for so many manifests at once. */
const atOnce = 8

/**
 * Everything that has to stay so that some manifests are whole: they themselves, the images of an
 * index, what refers to any of them, and the lists of that which are kept under a tag.
 * @param listsOf What is kept under the tag that stands for the referrers of a manifest.
 * @throws ServiceError where anything of it cannot be read: a part must not be taken for a leftover.
 */
export async function keptDigests(
  roots: Iterable<string>,
  repository: ReadableRepository,
  listsOf: (subject: string) => readonly string[],
): Promise<ReadonlySet<string>> {
  const kept = new Set(roots)
  let front = [...kept]
  while (front.length > 0) {
    const found: string[] = []
    for (let start = 0; start < front.length; start += atOnce) {
      const parts = front.slice(start, start + atOnce).map((one) => partsOf(one, repository))
      found.push(...(await Promise.all(parts)).flat())
    }
    found.push(...front.flatMap(listsOf))
    front = [...new Set(found)].filter((digest) => !kept.has(digest))
    for (const digest of front) kept.add(digest)
  }
  return kept
}

async function partsOf(digest: string, repository: ReadableRepository): Promise<readonly string[]> {
  if (!isDigest(digest)) throw new Error(`${digest} is no digest`)
  const [children, referrers] = await Promise.all([
    childrenOf(digest, repository),
    findReferrers(repository, digest),
  ])
  return [...children, ...referrers.map((referrer) => referrer.digest)]
}

/** Of a manifest that is not there, such as one that was in a record only, there are none. */
async function childrenOf(
  digest: Digest,
  repository: ReadableRepository,
): Promise<readonly string[]> {
  const stored = await repository.getManifest(digest)
  if (stored === undefined) return []
  const document: unknown = JSON.parse(Buffer.from(stored.bytes).toString('utf8'))
  return v.parse(childrenSchema, document).manifests.map((child) => child.digest)
}
