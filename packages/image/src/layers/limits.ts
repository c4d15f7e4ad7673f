/** How much of an image's layers is read before it is taken for an attack on whoever reads it. */
export interface LayerLimits {
  /** What one layer may hold when it is unpacked. */
  readonly unpackedBytes: number
  /** Files, folders and links in one layer. */
  readonly entries: number
  /** The length of one path. */
  readonly pathBytes: number
}

/** Far more than real images have: the largest on Docker Hub unpack to some tens of gigabytes. */
export const defaultLayerLimits: LayerLimits = {
  unpackedBytes: 64 * 1024 ** 3,
  entries: 5_000_000,
  pathBytes: 4096,
}
