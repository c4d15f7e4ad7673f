import * as v from 'valibot'
import type { OciClient } from '../client/oci-client.ts'
import type { Ocid } from '../region/ocid.ts'

/** What a namespace looks like: the part of a repository's name between host and repository. */
export const namespaceGrammar = /^[a-z0-9]+(?:[_-]+[a-z0-9]+)*$/

/**
 * The namespace of the tenancy that a client is of, which stands first in the names of its
 * repositories. Everybody may ask for it: it takes no policy.
 * https://docs.oracle.com/en-us/iaas/api/#/en/objectstorage/20160918/Namespace/GetNamespace
 */
export async function tenancyNamespace(client: OciClient): Promise<string> {
  const { value } = await client.json(
    {
      service: 'object-storage',
      method: 'GET',
      path: '/n',
      doing: 'Looking up the namespace of the tenancy',
    },
    v.pipe(v.string(), v.regex(namespaceGrammar)),
  )
  return value
}

/** The name of a tenancy, which people take for its namespace. */
export async function tenancyName(client: OciClient, tenancy: Ocid): Promise<string> {
  const { value } = await client.json(
    {
      service: 'identity',
      method: 'GET',
      path: `/tenancies/${encodeURIComponent(tenancy)}`,
      doing: 'Looking up the name of the tenancy',
      policy: 'Allow group … to inspect tenancies in tenancy',
    },
    v.object({ name: v.string() }),
  )
  return value.name
}
