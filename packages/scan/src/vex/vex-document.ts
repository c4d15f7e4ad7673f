/** What a statement says of a vulnerability in a product. */
export type VexStatus = 'not_affected' | 'affected' | 'fixed' | 'under_investigation'

/** A product that a statement is about. */
export interface VexProduct {
  /** Package URLs of the product: an image (`pkg:oci/…`) or a package. */
  readonly purls: readonly string[]
  /** Digests of the product, `sha256:…`. */
  readonly digests: readonly string[]
  /** Package URLs of the parts of the product that it is about; empty for all of it. */
  readonly components: readonly string[]
}

/** One statement of a VEX document. */
export interface VexStatement {
  /** The vulnerability and its other names. */
  readonly ids: readonly string[]
  readonly status: VexStatus
  readonly justification: string | undefined
  readonly products: readonly VexProduct[]
  readonly at: Date | undefined
}

/** How a document got here. */
export type VexOrigin =
  | { readonly kind: 'file'; readonly name: string }
  /** `signer` is whose signature was verified; undefined where it is not signed. */
  | { readonly kind: 'referrer'; readonly name: string; readonly signer: string | undefined }

/** A VEX document of any format. */
export interface VexDocument {
  readonly format: 'openvex' | 'csaf' | 'cyclonedx'
  readonly origin: VexOrigin
  /** Who it says has written it. */
  readonly authors: readonly string[]
  /** Digests of the images that the statement around it is about; undefined without one. */
  readonly subjects: readonly string[] | undefined
  readonly statements: readonly VexStatement[]
  /** What in it is left out, and why; in whole sentences. */
  readonly notes: readonly string[]
}
