/** What identifies one image, from its manifest on; a report names one or the other of it. */
export interface ImageIdentity {
  /** The digest of the image's manifest. */
  readonly digest: string
  /** The digest of the index that lists it, where there is one. */
  readonly indexDigest: string | undefined
  /** The digest of its configuration, which Docker and Trivy call the image's ID. */
  readonly configDigest: string
  /** The layers, lowest first: the digests of their unpacked and of their packed bytes. */
  readonly layers: readonly ImageLayer[]
  /** How many of the layers belong to the base image; undefined where that is not known. */
  readonly baseLayerCount: number | undefined
  /** `linux/arm64`, where the image has several platforms. */
  readonly platform: string | undefined
}

/** A layer of an image. */
export interface ImageLayer {
  readonly diffId: string
  readonly digest: string
}
