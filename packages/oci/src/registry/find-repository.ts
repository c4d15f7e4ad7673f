import * as v from 'valibot'
import { allPages } from '../client/all-pages.ts'
import type { OciClient } from '../client/oci-client.ts'

/** A repository of OCIR, as far as a list of them says it. */
export interface ListedRepository {
  readonly id: string
  readonly compartment: string
  readonly isPublic: boolean
}

const listedSchema = v.object({
  id: v.string(),
  compartmentId: v.string(),
  isPublic: v.nullish(v.boolean(), false),
})

/**
 * Looks a repository up by its name, in a compartment and those below it. Undefined where there is
 * none; OCI says the same of none and of one that may not be seen only where nothing may be listed.
 */
export async function findRepository(
  client: OciClient,
  compartment: string,
  name: string,
): Promise<ListedRepository | undefined> {
  const [found] = await allPages(
    client,
    {
      service: 'artifacts',
      method: 'GET',
      path: '/container/repositories',
      query: { compartmentId: compartment, compartmentIdInSubtree: 'true', displayName: name },
      doing: `Looking up the repository "${name}"`,
      policy: 'Allow group … to inspect repos in …',
    },
    listedSchema,
  )
  return found && { id: found.id, compartment: found.compartmentId, isPublic: found.isPublic }
}
