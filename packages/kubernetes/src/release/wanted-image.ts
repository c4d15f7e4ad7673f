import { pinnedName } from '../manifest/put-image.ts'
import type { WantedImage } from '../readiness/workload-state.ts'

/** The image of a release. */
export interface ReleaseImage {
  /** Registry and path, without tag and digest. */
  readonly repository: string
  readonly digest: string
  /** Every digest by which a container runtime may report it: its own, and those of its platforms. */
  readonly observable: readonly string[]
}

/** The image as pods are seen to run it. */
export function wantedImageOf(image: ReleaseImage): WantedImage {
  return { image: pinnedName(image), digests: [...image.observable, image.digest] }
}
