import * as v from 'valibot'
import { allPages } from '../client/all-pages.ts'
import type { OciClient } from '../client/oci-client.ts'
import type { Ocid } from '../region/ocid.ts'
import { partsOf } from '../region/ocid.ts'

/** A repository of OCIR. */
export interface ContainerRepository {
  readonly id: string
  readonly compartmentId: string
  /** Without the namespace: `team/app`. */
  readonly name: string
  /** Whether tags never move. */
  readonly isImmutable: boolean
  /** Whether everybody on the Internet may pull. */
  readonly isPublic: boolean
}

/** What a new repository is to be; it is always private. */
export interface WantedRepository {
  readonly name: string
  readonly compartment: Ocid
  readonly isImmutable: boolean
  /** In Markdown. */
  readonly readme: string | undefined
}

// As the model ContainerRepository of the Artifacts API 20160918 has it.
const repositorySchema = v.pipe(
  v.object({
    id: v.string(),
    compartmentId: v.string(),
    displayName: v.string(),
    isImmutable: v.boolean(),
    isPublic: v.boolean(),
  }),
  v.transform(({ displayName, ...rest }): ContainerRepository => ({ name: displayName, ...rest })),
)

const summarySchema = v.object({
  id: v.string(),
  displayName: v.string(),
  lifecycleState: v.nullish(v.string(), 'AVAILABLE'),
})

/** The repository of a name in a compartment; in all of them, where a tenancy is given. */
export async function findContainerRepository(
  client: OciClient,
  name: string,
  within: Ocid,
): Promise<ContainerRepository | undefined> {
  const summaries = await allPages(
    client,
    {
      service: 'artifacts',
      method: 'GET',
      path: '/container/repositories',
      query: {
        compartmentId: within,
        ...(isTenancy(within) ? { compartmentIdInSubtree: 'true' } : {}),
        displayName: name,
      },
      doing: `Looking for the repository "${name}"`,
      policy: `Allow group … to inspect repos in ${placeOf(within)}`,
    },
    summarySchema,
  )
  const found = summaries.find(
    ({ displayName, lifecycleState }) => displayName === name && lifecycleState === 'AVAILABLE',
  )
  return found === undefined ? undefined : readRepository(client, found.id, { name, within })
}

/** The summaries of the list do not say whether a repository is immutable. */
async function readRepository(
  client: OciClient,
  id: string,
  { name, within }: { readonly name: string; readonly within: Ocid },
): Promise<ContainerRepository> {
  const { value } = await client.json(
    {
      service: 'artifacts',
      method: 'GET',
      path: `/container/repositories/${encodeURIComponent(id)}`,
      doing: `Reading the repository "${name}"`,
      policy: `Allow group … to read repos in ${placeOf(within)}`,
    },
    repositorySchema,
  )
  return value
}

/** Creates a private repository. */
export async function createContainerRepository(
  client: OciClient,
  { name, compartment, isImmutable, readme }: WantedRepository,
): Promise<ContainerRepository> {
  const { value } = await client.json(
    {
      service: 'artifacts',
      method: 'POST',
      path: '/container/repositories',
      body: {
        compartmentId: compartment,
        displayName: name,
        isImmutable,
        isPublic: false,
        ...(readme === undefined ? {} : { readme: { content: readme, format: 'TEXT_MARKDOWN' } }),
      },
      doing: `Creating the repository "${name}"`,
      policy: `Allow group … to manage repos in ${placeOf(compartment)}`,
    },
    repositorySchema,
  )
  return value
}

/** A place as policies write it. */
function placeOf(within: Ocid): string {
  return isTenancy(within) ? 'tenancy' : `compartment id ${within}`
}

function isTenancy(within: Ocid): boolean {
  return partsOf(within).type === 'tenancy'
}
