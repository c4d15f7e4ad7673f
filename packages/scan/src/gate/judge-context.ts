import type { Baseline } from '../baseline/baseline.ts'
import type { GatePolicy } from '../policy/gate-policy.ts'
import type { VexDocument } from '../vex/vex-document.ts'
import type { Waiver } from '../waivers/waiver.ts'

/** One platform of the image: `linux/arm64`, and the digest of its manifest. */
export interface ImagePlatform {
  readonly name: string
  readonly digest: string
}

/** The image that is judged, as waivers and VEX statements name it. */
export interface JudgedImage {
  /** The digest that is delivered: of the index where there are several platforms. */
  readonly digest: string
  readonly platforms: readonly ImagePlatform[]
  /** `iad.ocir.io/ns/app`, where it is known: VEX statements may name an image without a digest. */
  readonly repository?: string
}

/** What findings are held against. */
export interface JudgeContext extends JudgedImage {
  readonly policy: GatePolicy
  readonly waivers: readonly Waiver[]
  readonly vex: readonly VexDocument[]
  readonly baseline: Baseline | undefined
  readonly now: Date
}
