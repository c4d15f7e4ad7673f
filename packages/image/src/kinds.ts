import { ReportedError, parsedBy } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'
import { digestExpectation, parseDigest } from './digest.ts'
import type { Digest } from './digest.ts'
import {
  isPinned,
  parseReference,
  parseRepositoryName,
  parseTag,
  referenceExpectation,
} from './reference.ts'
import type { ImageReference, PinnedReference, RepositoryName } from './reference.ts'

/** An input that is a digest. */
export function digestKind(): Kind<Digest> {
  return parsedBy({ type: 'Digest', expects: digestExpectation }, explained(parseDigest))
}

/** An input that is an image reference with or without tag and digest. */
export function referenceKind(): Kind<ImageReference> {
  return parsedBy({ type: 'Image', expects: referenceExpectation }, explained(parseReference))
}

/** An input that is an image reference with a digest. */
export function pinnedReferenceKind(): Kind<PinnedReference> {
  const expects = 'an image by digest, such as iad.ocir.io/namespace/app@sha256:…'
  return parsedBy({ type: 'Image', expects }, explained(parsePinned))
}

function parsePinned(text: string): PinnedReference {
  const reference = parseReference(text)
  if (!isPinned(reference)) throw new Error('it has no digest')
  return reference
}

/** An input that is a repository: an image reference with neither tag nor digest. */
export function repositoryKind(): Kind<ImageReference> {
  const expects = 'registry and repository without tag or digest, such as iad.ocir.io/namespace/app'
  return parsedBy({ type: 'Image', expects }, explained(parseRepository))
}

function parseRepository(text: string): ImageReference {
  const reference = parseReference(text)
  if (reference.tag !== undefined) throw new Error(`it has the tag "${reference.tag}"`)
  if (reference.digest !== undefined) throw new Error('it has a digest')
  return reference
}

/** An input that is a repository whose registry may be left out. */
export function repositoryNameKind(): Kind<RepositoryName> {
  const expects =
    'a repository without tag or digest, such as app, or with its registry, such as iad.ocir.io/namespace/app'
  return parsedBy({ type: 'Image', expects }, explained(parseRepositoryName))
}

/** An input that is a tag. */
export function tagKind(): Kind<string> {
  return parsedBy({ type: 'Text', expects: 'a tag such as 1.4.0' }, explained(parseTag))
}

/** Input errors quote the value and the expectation themselves: what is left is the reason. */
function explained<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof ReportedError)) throw error
      throw new Error(inSentence(error.explanation), { cause: error })
    }
  }
}

function inSentence(explanation: string): string {
  return explanation.charAt(0).toLowerCase() + explanation.slice(1).replace(/\.$/, '')
}
