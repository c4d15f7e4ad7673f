import * as v from 'valibot'
import { allPages } from '../client/all-pages.ts'
import type { OciClient } from '../client/oci-client.ts'
import type { ContainerRepository } from './container-repository.ts'

/** A manifest of a repository in OCIR: an image, one of its platforms, or what refers to one. */
export interface ContainerImage {
  readonly id: string
  readonly digest: string
  /** The tag that it was given last; undefined for one without tags. */
  readonly latestTag: string | undefined
  /** When it was pushed first. */
  readonly createdAt: Date
}

/** A tag of an image, and when it was given. */
export interface ContainerImageTag {
  readonly name: string
  readonly givenAt: Date
}

const time = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
)

// As the models ContainerImageSummary and ContainerImage of the Artifacts API 20160918 have it.
const summarySchema = v.pipe(
  v.object({
    id: v.string(),
    digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
    version: v.nullish(v.string()),
    timeCreated: time,
  }),
  v.transform(({ id, digest, version, timeCreated }): ContainerImage => ({
    ...{ id, digest, createdAt: timeCreated },
    latestTag: version ?? undefined,
  })),
)

const tagsSchema = v.object({
  versions: v.nullish(v.array(v.object({ version: v.string(), timeCreated: time })), []),
})

/** Every image of a repository that is not deleted, with tags and without. */
export async function listContainerImages(
  client: OciClient,
  { id, compartmentId, name }: Pick<ContainerRepository, 'id' | 'compartmentId' | 'name'>,
): Promise<readonly ContainerImage[]> {
  return allPages(
    client,
    {
      service: 'artifacts',
      method: 'GET',
      path: '/container/images',
      query: { compartmentId, repositoryId: id, lifecycleState: 'AVAILABLE' },
      doing: `Listing the images of the repository "${name}"`,
      policy: 'Allow group … to read repos in compartment …',
    },
    summarySchema,
  )
}

/** All tags of an image: the list names the last one only. */
export async function tagsOfContainerImage(
  client: OciClient,
  { id, digest }: Pick<ContainerImage, 'id' | 'digest'>,
): Promise<readonly ContainerImageTag[]> {
  const { value } = await client.json(
    {
      service: 'artifacts',
      method: 'GET',
      path: `/container/images/${encodeURIComponent(id)}`,
      doing: `Reading the tags of ${digest}`,
      policy: 'Allow group … to read repos in compartment …',
    },
    tagsSchema,
  )
  return value.versions.map(({ version, timeCreated }) => ({ name: version, givenAt: timeCreated }))
}

/** Deletes an image with all its tags. */
export async function deleteContainerImage(
  client: OciClient,
  { id, digest }: Pick<ContainerImage, 'id' | 'digest'>,
): Promise<void> {
  await client.text({
    service: 'artifacts',
    method: 'DELETE',
    path: `/container/images/${encodeURIComponent(id)}`,
    doing: `Deleting ${digest}`,
    policy: 'Allow group … to manage repos in compartment …',
  })
}
