import { UnacceptableValue, list } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'
import { repositoryNameKind } from '@oke-pipeline/image'
import type { ImageReference } from '@oke-pipeline/image'

const item: Kind<string> = {
  type: 'Text',
  expects: 'repositories without their registry, such as team/base',
  parse(value) {
    const { registry, repository } = repositoryNameKind().parse(value)
    if (registry === undefined) return repository
    throw new UnacceptableValue('it names a registry, and layers are taken over within one only')
  },
}

/** Repositories whose layers are taken over. */
export function mountSources(): Kind<readonly string[]> {
  return list(item)
}

interface Place {
  readonly reference: ImageReference
  /** Of OCIR only. */
  readonly region: string | undefined
}

/**
 * What the repositories are called in the registry of a place: in OCIR with the namespace of the
 * image, which a short name lacks. A repository is no source for itself.
 */
export function mountSourcesIn(
  names: readonly string[],
  { reference: { repository }, region }: Place,
): readonly string[] {
  const [namespace = ''] = repository.split('/')
  const isWhole = (name: string): boolean =>
    region === undefined || name.startsWith(`${namespace}/`)
  return names
    .map((name) => (isWhole(name) ? name : `${namespace}/${name}`))
    .filter((name) => name !== repository)
}
