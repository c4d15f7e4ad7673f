import { ConfigurationError } from '@oke-pipeline/core'
import type { Digest } from '../digest.ts'
import { parseReference, repositoryName } from '../reference.ts'
import type { ImageReference } from '../reference.ts'
import { findBases } from './find-bases.ts'
import type { BaseRole, NamedBase } from './find-bases.ts'
import type { ImageMaterial } from './materials.ts'
import type { Dockerfile } from './parse-dockerfile.ts'
import type { BuildQuestion } from './stage-variables.ts'

/** An image that another is made with. */
export interface BaseImage {
  /** Registry, repository and tag in full; as it is written where it is no reference. */
  readonly name: string
  readonly digest: Digest | undefined
  /** Whether the Dockerfile, a build argument or a named context gives the digest. */
  readonly isPinned: boolean
  /** `tool`: the Dockerfile does not name it, but the builder used it. */
  readonly role: BaseRole | 'tool'
  /** Line of the Dockerfile that names it. */
  readonly line: number | undefined
  /** Whether the target is built on it. */
  readonly isRoot: boolean
  /** Whether BuildKit's own provenance has it; undefined when there is none. */
  readonly isConfirmed: boolean | undefined
}

/**
 * The images that a build was made with: those that the Dockerfile names, with the digests that the
 * builder used, and those that only the builder knows of, such as one that a base brings by
 * `ONBUILD`. Without a Dockerfile (it is in a Git repository) all is the builder's word.
 */
export function describeBases(
  dockerfile: Dockerfile | undefined,
  question: BuildQuestion,
  materials: readonly ImageMaterial[] | undefined,
): readonly BaseImage[] {
  const named = dockerfile === undefined ? [] : findBases(dockerfile, question)
  const described = named.map((base) => describe(base, materials))
  const known = new Set(described.map(({ digest }) => digest))
  const others = (materials ?? []).filter(({ digest }) => !known.has(digest))
  const isOnlyBuilt = dockerfile === undefined
  return [...described, ...others.map((material) => describeUnnamed(material, isOnlyBuilt))]
}

function describe(base: NamedBase, materials: readonly ImageMaterial[] | undefined): BaseImage {
  const { role, line, isRoot } = base
  const reference = base.image === undefined ? undefined : referenceOf(base.image)
  const material = reference && materials?.find((each) => isOf(each, reference))
  return {
    name: reference === undefined ? (base.image ?? 'unknown') : nameOf(reference),
    digest: material?.digest ?? reference?.digest,
    isPinned: reference?.digest !== undefined,
    ...{ role, line, isRoot },
    isConfirmed: materials === undefined ? undefined : material !== undefined,
  }
}

function referenceOf(image: string): ImageReference | undefined {
  try {
    return parseReference(image)
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

/** Docker takes `latest` where no tag is given, and BuildKit names it so. */
function tagOf({ tag, digest }: ImageReference): string | undefined {
  return tag ?? (digest === undefined ? 'latest' : undefined)
}

function nameOf(reference: ImageReference): string {
  const tag = tagOf(reference)
  return `${repositoryName(reference)}${tag === undefined ? '' : `:${tag}`}`
}

function isOf(material: ImageMaterial, reference: ImageReference): boolean {
  if (material.repository !== repositoryName(reference)) return false
  if (reference.digest !== undefined) return material.digest === reference.digest
  return material.tag === undefined || material.tag === tagOf(reference)
}

/** The scanner that BuildKit makes an SBOM with; nothing of it gets into the image. */
const scanner = 'docker.io/docker/buildkit-syft-scanner'
/** What reads Dockerfiles that say `# syntax=docker/dockerfile:1`. */
const usualFrontend = 'docker.io/docker/dockerfile'

function describeUnnamed(
  { repository, tag, digest, isPinned }: ImageMaterial,
  isDockerfileUnknown: boolean,
): BaseImage {
  const isFrontend = isDockerfileUnknown && repository === usualFrontend
  const role = isFrontend ? 'frontend' : repository === scanner ? 'tool' : 'from'
  return {
    name: tag === undefined ? repository : `${repository}:${tag}`,
    ...{ digest, isPinned, role },
    line: undefined,
    isRoot: false,
    isConfirmed: true,
  }
}
