import { UnacceptableValue, list } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'
import { repositoryKind } from '@oke-pipeline/image'
import type { ImageReference } from '@oke-pipeline/image'
import { publishedRegions } from '@oke-pipeline/oci'

/** One more place that an image goes to: the same repository in another region, or another one. */
export type FurtherTarget = { readonly region: string } | ImageReference

const expects =
  'regions, such as eu-frankfurt-1 or phx, or repositories with their registry, such as phx.ocir.io/namespace/app'

const item: Kind<FurtherTarget> = {
  type: 'Text',
  expects,
  parse(value) {
    const region = publishedRegions().find(({ id, key }) => [id, key].includes(value.toLowerCase()))
    if (region !== undefined) return { region: region.id }
    if (value.includes('/')) return repositoryKind().parse(value)
    throw new UnacceptableValue('it is neither a region nor a repository with its registry')
  },
}

/** Places that an image goes to as well. */
export function furtherTargets(): Kind<readonly FurtherTarget[]> {
  return list(item)
}
