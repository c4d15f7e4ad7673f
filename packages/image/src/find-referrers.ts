import type { Descriptor } from './descriptor.ts'
import type { Digest } from './digest.ts'
import { listedUnderTag } from './referrers-tag.ts'
import type { Repository } from './registry/repository.ts'

/**
 * What a registry keeps with a manifest: by its API, or by the list under the tag that stands for
 * one (OCI distribution specification v1.1, "Listing Referrers").
 * @throws ServiceError when there is a list that cannot be read: nobody must take that for none.
 */
export async function findReferrers(
  repository: Pick<Repository, 'reference' | 'listReferrers' | 'getManifest'>,
  subject: Digest,
): Promise<readonly Descriptor[]> {
  return (await repository.listReferrers(subject)) ?? listedUnderTag(repository, subject)
}
