import * as v from 'valibot'

/** An SPDX document, as far as it has to be one. https://spdx.github.io/spdx-spec/v2.3/ */
export const spdxSchema = v.looseObject({
  spdxVersion: v.pipe(v.string(), v.startsWith('SPDX-')),
  SPDXID: v.literal('SPDXRef-DOCUMENT'),
  packages: v.optional(v.array(v.looseObject({ name: v.string() })), []),
})

/** A CycloneDX BOM, as far as it has to be one. https://cyclonedx.org/docs/1.6/json/ */
export const cyclonedxSchema = v.looseObject({
  bomFormat: v.literal('CycloneDX'),
  specVersion: v.string(),
  components: v.optional(v.array(v.looseObject({ name: v.string() })), []),
})
