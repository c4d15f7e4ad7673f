import type { Layout, LayoutImage } from '@oke-pipeline/image'

/** An image that a runtime has, and that was shown to be the one of a layout. */
export interface LoadedImage {
  /** What `run` takes: something that names this image and never another one. */
  readonly reference: string
  /** What the runtime may call the image of a container; none where a pull by digest was enough. */
  readonly names: readonly string[]
}

/** An image of a layout, and the name that it gets in the runtime. */
export interface ImageSource {
  readonly layout: Layout
  readonly image: LayoutImage
  /** In lower case: `oke-pipeline-test-5f3a`. */
  readonly name: string
}
