import { ConfigurationError } from '@oke-pipeline/core'
import * as v from 'valibot'
import { isDigest } from '../digest.ts'
import type { Digest } from '../digest.ts'
import { parseReference, repositoryName } from '../reference.ts'

/** An image that BuildKit says it used. */
export interface ImageMaterial {
  /** Registry and repository in full. */
  readonly repository: string
  readonly tag: string | undefined
  readonly digest: Digest
  /** Whether it was asked for by digest. */
  readonly isPinned: boolean
  /** `linux/amd64`. */
  readonly platform: string | undefined
}

const resource = v.object({
  uri: v.string(),
  digest: v.optional(v.record(v.string(), v.string()), {}),
})

/** The documents of SLSA, v0.2 and v1, as far as they name what a build was made of. */
const provenance = v.union([
  v.object({ materials: v.array(resource) }),
  v.object({ buildDefinition: v.object({ resolvedDependencies: v.array(resource) }) }),
])

/**
 * The images among the materials of a provenance that BuildKit wrote: the predicate, or the
 * statement that has it. Undefined when it is no provenance, or names no materials.
 */
export function imageMaterials(document: unknown): readonly ImageMaterial[] | undefined {
  const statement = v.safeParse(v.object({ predicate: v.unknown() }), document)
  const parsed = v.safeParse(provenance, statement.success ? statement.output.predicate : document)
  if (!parsed.success) return undefined
  const resources =
    'materials' in parsed.output
      ? parsed.output.materials
      : parsed.output.buildDefinition.resolvedDependencies
  return resources.flatMap(({ uri, digest }) => materialOf(uri, digest.sha256) ?? [])
}

/** Images are named by package URLs: `pkg:docker/busybox@1?platform=linux%2Famd64`. */
const packageUrl =
  /^pkg:docker\/(?<name>[^@?#]+)(?:@(?<version>[^?#]*))?(?:\?(?<qualifiers>[^#]*))?/

function materialOf(uri: string, sha256: string | undefined): ImageMaterial | undefined {
  const groups = packageUrl.exec(uri)?.groups
  if (groups === undefined) return undefined
  const { name = '', version = '' } = groups
  const qualifiers = new URLSearchParams(groups.qualifiers)
  const digest = `sha256:${sha256 ?? ''}`
  const repository = repositoryOf(decodeURIComponent(name))
  if (!isDigest(digest) || repository === undefined) return undefined
  const tag = decodeURIComponent(version)
  return {
    repository,
    tag: tag === '' || isDigest(tag) ? undefined : tag,
    digest,
    isPinned: qualifiers.has('digest'),
    platform: qualifiers.get('platform') ?? undefined,
  }
}

function repositoryOf(name: string): string | undefined {
  try {
    return repositoryName(parseReference(name))
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}
