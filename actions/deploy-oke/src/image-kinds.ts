import { UnacceptableValue } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'
import { pinnedReferenceKind, repositoryName } from '@oke-pipeline/image'
import { imagePathExpectation, parseImagePath } from '@oke-pipeline/kubernetes'
import type { ImagePath, NamedImage } from '@oke-pipeline/kubernetes'

/** `name=registry/repository@digest`: an image of the manifests, and what is put in for it. */
export function namedImageKind(): Kind<NamedImage> {
  const pinned = pinnedReferenceKind()
  return {
    type: 'Image',
    expects: 'name=reference, such as proxy=iad.ocir.io/namespace/proxy@sha256:…',
    parse(text) {
      const [name = '', reference] = text.split(/=(.*)/s).map((part) => part.trim())
      if (!/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/.test(name) || reference === undefined) {
        throw new UnacceptableValue('')
      }
      const image = pinned.parse(reference)
      return { name, reference: `${repositoryName(image)}@${image.digest}` }
    },
  }
}

/** A place in objects of a kind where an image is named. */
export function imagePathKind(): Kind<ImagePath> {
  return {
    type: 'Path',
    expects: imagePathExpectation,
    parse(text) {
      const path = parseImagePath(text)
      if (path === undefined) throw new UnacceptableValue('')
      return path
    },
  }
}
