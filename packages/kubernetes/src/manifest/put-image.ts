import { nameOf, referenceOf } from '../object.ts'
import type { Manifest, ManifestProblem } from './manifest.ts'
import { formatPlace } from './manifest.ts'
import { containerImagesOf, mapImages } from './pod-template.ts'

/** The image to be deployed, and how manifests name the place where it belongs. */
export interface ImageToPut {
  /** Registry and path: `iad.ocir.io/ns/hello`. */
  readonly repository: string
  readonly digest: string
  /** What manifests write instead of the repository, when they write something else. */
  readonly placeholder?: string | undefined
}

/** Manifests with the image put in, or why there was no place for it. */
export interface Placement {
  readonly manifests: readonly Manifest[]
  readonly problems: readonly ManifestProblem[]
}

/** How the image is written into manifests. */
export function pinnedName({ repository, digest }: ImageToPut): string {
  return `${repository}@${digest}`
}

/**
 * Sets the image, by its digest, on every container and init container whose image is of the same
 * repository, or is named as the repository's last part or the placeholder, whatever its tag.
 * Other images stay. It is a problem if there is no such container.
 */
export function putImage(manifests: readonly Manifest[], image: ImageToPut): Placement {
  const names = placeholdersOf(image)
  const isPlace = (found: string): boolean => names.includes(repositoryOf(found))
  const put = manifests.map(({ object, place }) => ({
    place,
    object: mapImages(object, (found) => (isPlace(found) ? pinnedName(image) : found)),
  }))
  const hasPlace = manifests.some(({ object }) =>
    containerImagesOf(object).some((found) => isPlace(found.image)),
  )
  return { manifests: put, problems: hasPlace ? [] : noPlace(manifests, names) }
}

function placeholdersOf({ repository, placeholder }: ImageToPut): readonly string[] {
  const last = repository.slice(repository.lastIndexOf('/') + 1)
  return [repository, last, ...(placeholder === undefined ? [] : [repositoryOf(placeholder)])]
}

/** An image reference without tag and digest; a port is not a tag. */
export function repositoryOf(reference: string): string {
  const withoutDigest = reference.split('@')[0] ?? ''
  const colon = withoutDigest.lastIndexOf(':')
  return colon > withoutDigest.lastIndexOf('/') ? withoutDigest.slice(0, colon) : withoutDigest
}

function noPlace(
  manifests: readonly Manifest[],
  names: readonly string[],
): readonly ManifestProblem[] {
  const found = manifests.flatMap(({ object, place }) =>
    containerImagesOf(object).map(
      ({ container, image }) =>
        `${formatPlace(place)} ${nameOf(referenceOf(object))} container "${container}": ${image}`,
    ),
  )
  const list = found.length === 0 ? 'there is no container at all' : `found ${found.join('; ')}`
  const wanted = names.map((name) => JSON.stringify(name)).join(' or ')
  return [
    {
      place: manifests[0]?.place ?? { file: '' },
      problem: `no container has the image ${wanted}, so there is nothing to deploy (${list}). Name the image to replace by "image-name"`,
    },
  ]
}
