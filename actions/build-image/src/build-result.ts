import type { Digest } from '@oke-pipeline/image'
import type { BuildRecord } from './build-record.ts'
import type { EarlierBuild } from './earlier-build.ts'
import type { Choice } from './engines/choose-engine.ts'
import type { EvidenceFiles } from './evidence.ts'
import type { ImageFacts } from './facts.ts'
import type { Judgement } from './image-policy.ts'

/** The image that was built. */
export interface BuildResult {
  readonly digest: Digest
  readonly layout: string
  readonly image: string | undefined
  readonly tags: readonly string[]
  readonly sizeBytes: number
  readonly platforms: readonly string[]
  readonly record: BuildRecord
  readonly facts: ImageFacts
  readonly judgement: Judgement
  readonly evidence: EvidenceFiles
  readonly choice: Choice
  /** Path of the file that says all of this. */
  readonly metadata: string
  /** The build before, where one is known. */
  readonly earlier: EarlierBuild | undefined
  readonly seconds: number
}
