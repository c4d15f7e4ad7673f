import type { BaseImage } from '../dockerfile/describe-bases.ts'
import type { Origin } from '../dockerfile/explain-layers.ts'
import type { Dockerfile } from '../dockerfile/parse-dockerfile.ts'
import type { BuildQuestion } from '../dockerfile/stage-variables.ts'
import type { ImageFiles } from '../layers/image-files.ts'
import type { LayoutImage } from '../layout/read-tree.ts'
import type { Layout } from '../layout.ts'
import type { FoundSecret } from '../secrets/find-secrets.ts'

/** An image that was built, and what is known of how. */
export interface PolicySubject {
  readonly layout: Layout
  readonly tags: readonly string[]
  readonly bases: readonly BaseImage[]
  /** Undefined when it is not at hand, as with a Git context. */
  readonly dockerfile: { readonly path: string; readonly content: Dockerfile } | undefined
  readonly question: Omit<BuildQuestion, 'platform'>
  readonly now: Date
}

/** The image for one platform, opened as far as the rules need it. */
export interface OpenedImage {
  readonly image: LayoutImage
  readonly platform: string
  /** What each entry of its history comes from. */
  readonly origins: readonly Origin[]
  /** Position in the history of what made each layer. */
  readonly layerEntries: readonly number[]
  /** Undefined when no rule looks into layers. */
  readonly content: ImageContent | undefined
}

/** What is in the layers. */
export interface ImageContent {
  readonly files: ImageFiles
  readonly secrets: readonly FileSecret[]
}

/** A secret in a layer, which may have been taken away by a later one. */
export interface FileSecret extends FoundSecret {
  readonly path: string
  readonly layer: number
}

/** Something about an image that a rule does not allow. */
export interface Finding {
  /** A whole sentence. */
  readonly message: string
  /** What to do about it: whole sentences. */
  readonly remedy: string
  /** Line of the Dockerfile. */
  readonly line: number | undefined
}
