import { ConfigurationError } from '@oke-pipeline/core'
import { isDigest } from './digest.ts'
import type { Digest } from './digest.ts'

/** The name of an image: where it is (registry, repository) and which one (tag, digest). */
export interface ImageReference {
  /** Host with port, such as `iad.ocir.io` or `127.0.0.1:5000`. */
  readonly registry: string
  /** Path within the registry, such as `namespace/team/app`. */
  readonly repository: string
  readonly tag?: string
  readonly digest?: Digest
}

/** A reference that names exactly one image, for ever. */
export interface PinnedReference extends ImageReference {
  readonly digest: Digest
}

/** What a reference looks like, for messages. */
export const referenceExpectation = 'an image reference such as iad.ocir.io/namespace/app:1.2'

// The grammar of github.com/distribution/reference, which container tools share; the distribution
// specification v1.1 ("Pulling manifests") allows the same repository names and tags.
const hostLabel = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const hostGrammar = new RegExp(
  `^(?:${hostLabel}(?:\\.${hostLabel})*|\\[(?:[a-fA-F0-9:]+)\\])(?::(?<port>[0-9]+))?$`,
)
const repositoryGrammar = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/
const tagGrammar = /^\w[\w.-]{0,127}$/
const longestRepository = 255
const highestPort = 65_535

const dockerHub = 'docker.io'

/**
 * Reads an image reference, completed as Docker does: no registry means docker.io, and there no
 * folder means `library/`.
 * @throws {@link ConfigurationError} that quotes the text and says what is wrong with it.
 */
export function parseReference(text: string): ImageReference {
  const { name, tag, digest } = partsOf(text)
  const { registry, repository } = completed(name)
  rejectWrongRegistry(text, registry)
  rejectWrongRepository(text, repository)
  if (tag !== undefined && !isTag(tag)) throw invalid(text, tagProblem(tag))
  if (digest !== undefined && !isDigest(digest)) {
    throw invalid(text, `"${digest}" is not "sha256:" and 64 lower-case hex digits.`)
  }
  return {
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  }
}

/** A repository, and its registry where that is named. */
export interface RepositoryName {
  readonly registry: string | undefined
  readonly repository: string
}

/**
 * Reads the name of a repository as it is written: one without a registry is not taken for one of
 * docker.io.
 * @throws {@link ConfigurationError} that quotes the text and says what is wrong with it.
 */
export function parseRepositoryName(text: string): RepositoryName {
  const { name, tag, digest } = partsOf(text)
  if (tag !== undefined) throw invalid(text, `It has the tag "${tag}".`)
  if (digest !== undefined) throw invalid(text, 'It has a digest.')
  const slash = name.indexOf('/')
  if (slash > 0 && isHostLike(name.slice(0, slash))) return parseReference(text)
  rejectWrongRepository(text, name)
  return { registry: undefined, repository: name }
}

interface Parts {
  readonly name: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

function partsOf(text: string): Parts {
  const [beforeDigest = '', digest, ...rest] = text.split('@')
  if (rest.length > 0) throw invalid(text, 'It has more than one "@".')
  const lastColon = beforeDigest.lastIndexOf(':')
  const hasTag = lastColon > beforeDigest.lastIndexOf('/')
  return {
    name: hasTag ? beforeDigest.slice(0, lastColon) : beforeDigest,
    tag: hasTag ? beforeDigest.slice(lastColon + 1) : undefined,
    digest,
  }
}

function completed(name: string): { readonly registry: string; readonly repository: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const hasRegistry = slash > 0 && isHostLike(first)
  const registry = hasRegistry ? first : dockerHub
  const repository = hasRegistry ? name.slice(slash + 1) : name
  if (registry !== dockerHub && registry !== 'index.docker.io') return { registry, repository }
  const isOfficial = repository !== '' && !repository.includes('/')
  return { registry: dockerHub, repository: isOfficial ? `library/${repository}` : repository }
}

// A repository has neither dots before its first "/", nor a port, nor upper-case letters.
function isHostLike(component: string): boolean {
  return component === 'localhost' || /[.:A-Z]/.test(component)
}

function rejectWrongRegistry(text: string, registry: string): void {
  const match = hostGrammar.exec(registry)
  if (match === null) throw invalid(text, `"${registry}" is not a host name.`)
  const port = match.groups?.port
  if (port !== undefined && (Number(port) < 1 || Number(port) > highestPort)) {
    throw invalid(text, `"${port}" is not a port.`)
  }
}

function rejectWrongRepository(text: string, repository: string): void {
  const problem = repositoryProblem(repository)
  if (problem !== undefined) throw invalid(text, problem)
}

function repositoryProblem(repository: string): string | undefined {
  if (repository === '') return 'It names no repository.'
  if (repository.length > longestRepository) {
    return `The repository name has ${repository.length} characters; ${longestRepository} are allowed.`
  }
  if (/[A-Z]/.test(repository)) return 'The repository name has upper-case letters.'
  const wrong = repository.split('/').find((component) => !repositoryGrammar.test(component))
  if (wrong === undefined) return undefined
  return wrong === ''
    ? 'The repository name has an empty part.'
    : `"${wrong}" is not made of a-z and 0-9 with single ".", "_", "__" or "-" between.`
}

/** Whether a text can be a tag. */
export function isTag(text: string): boolean {
  return tagGrammar.test(text)
}

function tagProblem(tag: string): string {
  return `The tag "${tag}" is not 1 to 128 letters, digits, "_", "." or "-" (and no "." or "-" first).`
}

/**
 * Reads a tag that a user gave.
 * @throws {@link ConfigurationError} that quotes the text and says what is wrong with it.
 */
export function parseTag(text: string): string {
  if (isTag(text)) return text
  throw new ConfigurationError({
    title: `Tag "${text}" is not valid`,
    explanation: tagProblem(text),
    remedy: 'Give a tag such as 1.4.0 or main.',
  })
}

function invalid(text: string, explanation: string): ConfigurationError {
  return new ConfigurationError({
    title: `Image name "${text}" is no reference`,
    explanation,
    remedy: `Give ${referenceExpectation}.`,
  })
}

/** A reference in full, as every container tool reads it. */
export function formatReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`
  return `${repositoryName(reference)}${tag}${digest}`
}

/** Registry and repository, without tag and digest. */
export function repositoryName({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`
}

/** The same repository's image of that digest; the tag is left out, since it may move. */
export function withDigest(reference: ImageReference, digest: Digest): PinnedReference {
  return { registry: reference.registry, repository: reference.repository, digest }
}

/** Whether a reference names its image by digest. */
export function isPinned(reference: ImageReference): reference is PinnedReference {
  return reference.digest !== undefined
}
