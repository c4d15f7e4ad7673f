import { digests } from '../gate/sample-context.ts'

/** A statement of OpenVEX that a test changes. */
export interface OpenvexStatement {
  readonly vulnerability?: unknown
  readonly products?: unknown
  readonly status?: string
  readonly justification?: string | undefined
  readonly timestamp?: string
  readonly subcomponents?: unknown
}

/** A document of OpenVEX. */
export function openvex(
  ...statements: readonly OpenvexStatement[]
): Readonly<Record<string, unknown>> {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.com/vex/1',
    author: 'security@example.com',
    timestamp: '2026-11-01T00:00:00Z',
    version: 1,
    statements: statements.map((statement) => ({
      vulnerability: { name: 'CVE-2026-0001' },
      products: [{ '@id': `pkg:oci/app@${digests.index.replace(':', '%3A')}` }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
      ...statement,
    })),
  }
}

/** A document of CSAF's VEX profile: a component of an image, by a relationship. */
export function csaf(
  vulnerability: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      title: 'VEX of app',
      publisher: { category: 'vendor', name: 'Example', namespace: 'https://example.com' },
      tracking: { id: 'EX-1', current_release_date: '2026-11-01T00:00:00Z', version: '1' },
    },
    product_tree: {
      branches: [
        {
          category: 'vendor',
          name: 'Example',
          branches: [
            {
              category: 'product_name',
              name: 'app',
              product: {
                name: 'app',
                product_id: 'APP',
                product_identification_helper: { purl: `pkg:oci/app@${digests.index}` },
              },
            },
            {
              category: 'product_version',
              name: 'left-pad',
              product: {
                name: 'left-pad',
                product_id: 'PAD',
                product_identification_helper: { purl: 'pkg:npm/left-pad@1.0.0' },
              },
            },
          ],
        },
      ],
      product_groups: [{ group_id: 'G', product_ids: ['APP:PAD', 'APP'] }],
      relationships: [
        {
          category: 'default_component_of',
          product_reference: 'PAD',
          relates_to_product_reference: 'APP',
          full_product_name: { name: 'left-pad in app', product_id: 'APP:PAD' },
        },
      ],
    },
    vulnerabilities: [{ cve: 'CVE-2026-0001', ...vulnerability }],
  }
}

/** A CycloneDX BOM of the image with one analysed vulnerability. */
export function cyclonedx(
  analysis: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
    version: 1,
    metadata: {
      timestamp: '2026-11-01T00:00:00Z',
      authors: [{ name: 'Security', email: 'security@example.com' }],
      component: {
        type: 'container',
        'bom-ref': 'app',
        name: 'app',
        purl: `pkg:oci/app@${digests.index}`,
      },
    },
    components: [
      { type: 'library', 'bom-ref': 'pad', name: 'left-pad', purl: 'pkg:npm/left-pad@1.0.0' },
    ],
    vulnerabilities: [{ id: 'CVE-2026-0001', analysis, affects: [{ ref: 'pad' }] }],
    ...changes,
  }
}
