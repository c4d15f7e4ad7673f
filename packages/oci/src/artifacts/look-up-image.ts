import * as v from 'valibot'
import type { OciClient } from '../client/oci-client.ts'

/** An image of a repository in OCIR. */
export interface RegistryImage {
  readonly digest: string
  readonly repository: string
  /** When the image was pushed first. */
  readonly createdAt: Date
  /** When it was given each of its tags. */
  readonly tags: ReadonlyMap<string, Date>
}

/** An image as the registry names it: `<namespace>/<repository>:<tag>`. */
export interface TaggedImage {
  readonly namespace: string
  readonly repository: string
  readonly tag: string
}

const time = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
)

const schema = v.object({
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
  repositoryName: v.string(),
  timeCreated: time,
  versions: v.nullish(v.array(v.object({ version: v.string(), timeCreated: time })), []),
})

/** What a tag names now. */
export async function lookUpImage(client: OciClient, image: TaggedImage): Promise<RegistryImage> {
  const uri = `${image.namespace}/${image.repository}:${image.tag}`
  const found = await imageByUri(client, uri, schema)
  return {
    digest: found.digest,
    repository: found.repositoryName,
    createdAt: found.timeCreated,
    tags: new Map(found.versions.map(({ version, timeCreated }) => [version, timeCreated])),
  }
}

/** What the registry has under `<namespace>/<repository>:<tag>`, or `…@<digest>`. */
export async function imageByUri<T>(
  client: OciClient,
  uri: string,
  expected: v.GenericSchema<unknown, T>,
): Promise<T> {
  const { value } = await client.json(
    {
      service: 'artifacts',
      method: 'POST',
      path: '/container/images/actions/lookupImageByUri',
      body: { imageUri: uri },
      doing: `Looking up the image "${uri}"`,
      policy: 'Allow group … to read repos in compartment …',
    },
    expected,
  )
  return value
}

/** The compartment of an image in OCIR, by its digest: that of its repository. */
export async function compartmentOfImage(
  client: OciClient,
  image: Omit<TaggedImage, 'tag'> & { readonly digest: string },
): Promise<string> {
  const uri = `${image.namespace}/${image.repository}@${image.digest}`
  const { compartmentId } = await imageByUri(client, uri, v.object({ compartmentId: v.string() }))
  return compartmentId
}
