import { nameOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { putAtPath } from './image-path.ts'
import type { ImagePath } from './image-path.ts'
import { formatPlace } from './manifest.ts'
import type { Manifest, ManifestProblem } from './manifest.ts'
import { containerImagesOf, mapImages } from './pod-template.ts'
import type { ContainerImage } from './pod-template.ts'

/** The image to be deployed, and how manifests name the places where it belongs. */
export interface ImageToPut {
  /** Registry and path: `iad.ocir.io/ns/hello`. */
  readonly repository: string
  readonly digest: string
  /** What manifests write instead of the repository, when they write something else. */
  readonly placeholder?: string | undefined
  /** Names of containers that get it, whatever image they name. */
  readonly containers?: readonly string[]
  /** Places in objects whose kind is not Kubernetes' own. */
  readonly paths?: readonly ImagePath[]
}

/** A further image, which is put in for a name only. */
export interface NamedImage {
  /** What manifests write, whatever tag or digest is behind it. */
  readonly name: string
  /** What is put in: `iad.ocir.io/ns/proxy@sha256:…`. */
  readonly reference: string
}

/** Manifests with the images put in, or why there was no place for one. */
export interface Placement {
  readonly manifests: readonly Manifest[]
  readonly problems: readonly ManifestProblem[]
}

/** How the image is written into manifests. */
export function pinnedName({ repository, digest }: ImageToPut): string {
  return `${repository}@${digest}`
}

/**
 * Sets the image, by its digest, on every container whose image is of the same repository, or is
 * named as the repository's last part or the placeholder, whatever its tag; on the containers of
 * the given names; and at the given paths. Further images are put in for their names. Other images
 * stay. Whatever finds no place is a problem.
 */
export function putImage(
  manifests: readonly Manifest[],
  image: ImageToPut,
  others: readonly NamedImage[] = [],
): Placement {
  const rules = rulesFor(image, others)
  const put = manifests.map(({ object, place }) => ({
    place,
    object: atPaths(inContainers(object, rules), image),
  }))
  return { manifests: put, problems: unplaced(manifests, image, rules) }
}

/** What a container has to look like to get an image. */
interface Rule {
  readonly reference: string
  readonly fits: (found: ContainerImage) => boolean
  /** What the user wrote that made this rule, when the rule must be used by itself. */
  readonly wanted: string | undefined
}

function rulesFor(image: ImageToPut, others: readonly NamedImage[]): readonly Rule[] {
  const reference = pinnedName(image)
  const names = placeholdersOf(image)
  return [
    {
      reference,
      fits: (found) => names.includes(repositoryOf(found.image)),
      wanted: undefined,
    },
    ...(image.containers ?? []).map((name) => ({
      reference,
      fits: ({ container }: ContainerImage) => container === name,
      wanted: `there is no container "${name}", which "image-containers" names`,
    })),
    ...others.map((other) => ({
      reference: other.reference,
      fits: (found: ContainerImage) => repositoryOf(found.image) === repositoryOf(other.name),
      wanted: `no container has the image "${repositoryOf(other.name)}", which "images" names`,
    })),
  ]
}

function inContainers(object: KubernetesObject, rules: readonly Rule[]): KubernetesObject {
  return mapImages(
    object,
    (found) => rules.find(({ fits }) => fits(found))?.reference ?? found.image,
  )
}

function atPaths(object: KubernetesObject, image: ImageToPut): KubernetesObject {
  return (image.paths ?? []).reduce(
    (changed, path) => putAtPath(changed, path, pinnedName(image)) ?? changed,
    object,
  )
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

function unplaced(
  manifests: readonly Manifest[],
  image: ImageToPut,
  rules: readonly Rule[],
): readonly ManifestProblem[] {
  const found = manifests.flatMap(({ object }) => containerImagesOf(object))
  const place = manifests[0]?.place ?? { file: '' }
  const unused = rules.filter(({ fits }) => !found.some(fits))
  const missing = [
    ...unused.flatMap(({ wanted }) => wanted ?? []),
    ...(image.paths ?? [])
      .filter((path) => !manifests.some(({ object }) => hasPath(object, path)))
      .map(({ text }) => `no object has a text at "${text}", which "image-paths" names`),
  ]
  const isPlaced =
    rules.some((rule) => rule.reference === pinnedName(image) && !unused.includes(rule)) ||
    (image.paths ?? []).some((path) => manifests.some(({ object }) => hasPath(object, path)))
  return [
    ...missing.map((problem) => ({ place, problem })),
    ...(isPlaced ? [] : [{ place, problem: noPlace(manifests, image) }]),
  ]
}

function hasPath(object: KubernetesObject, path: ImagePath): boolean {
  return putAtPath(object, path, '') !== undefined
}

function noPlace(manifests: readonly Manifest[], image: ImageToPut): string {
  const found = manifests.flatMap((manifest) =>
    containerImagesOf(manifest.object).map((container) => describe(manifest, container)),
  )
  const list = found.length === 0 ? 'there is no container at all' : `found ${found.join('; ')}`
  const wanted = placeholdersOf(image)
    .map((name) => JSON.stringify(name))
    .join(' or ')
  return `no container has the image ${wanted}, so there is nothing to deploy (${list}). Name the image to replace by "image-name"`
}

function describe({ object, place }: Manifest, { container, image }: ContainerImage): string {
  return `${formatPlace(place)} ${nameOf(referenceOf(object))} container "${container}": ${image}`
}

/** Every container whose image is named without a digest: another one may be there tomorrow. */
export function unpinnedIn(manifests: readonly Manifest[]): readonly ManifestProblem[] {
  return manifests.flatMap(({ object, place }) =>
    containerImagesOf(object)
      .filter(({ image }) => !/@sha256:[0-9a-f]{64}$/.test(image))
      .map(({ container, image }) => ({
        place,
        problem: `has ${nameOf(referenceOf(object))} with the image "${image}" in the container "${container}", and "require-digests" wants a digest: write ${repositoryOf(image)}@sha256:…, or put it in by "images"`,
      })),
  )
}
