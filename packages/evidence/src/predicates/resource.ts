import * as v from 'valibot'

/**
 * Something that a statement names besides its subject: a file, a commit, an image.
 * https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md
 */
export const resourceSchema = v.looseObject({
  name: v.optional(v.string()),
  uri: v.optional(v.string()),
  /** Such as `{ sha256: '…' }` or `{ gitCommit: '…' }`. */
  digest: v.optional(v.record(v.string(), v.string())),
  mediaType: v.optional(v.string()),
  downloadLocation: v.optional(v.string()),
})

/** What {@link resourceSchema} reads, as a builder of predicates gives it. */
export interface Resource {
  readonly name?: string
  readonly uri?: string
  readonly digest?: Readonly<Record<string, string>>
  readonly mediaType?: string
  readonly downloadLocation?: string
}
