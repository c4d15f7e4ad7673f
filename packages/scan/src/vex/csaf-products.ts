import * as v from 'valibot'
import type { VexProduct } from './vex-document.ts'

const identification = v.optional(
  v.looseObject({
    purl: v.optional(v.string()),
    purls: v.optional(v.array(v.string())),
    hashes: v.optional(
      v.array(
        v.looseObject({
          file_hashes: v.array(v.looseObject({ algorithm: v.string(), value: v.string() })),
        }),
      ),
    ),
  }),
)

const fullName = v.looseObject({
  product_id: v.string(),
  product_identification_helper: identification,
})

const branch = v.looseObject({
  product: v.optional(fullName),
  branches: v.optional(v.array(v.unknown())),
})

const ProductTree = v.optional(
  v.looseObject({
    branches: v.optional(v.array(v.unknown())),
    full_product_names: v.optional(v.array(fullName)),
    product_groups: v.optional(
      v.array(v.looseObject({ group_id: v.string(), product_ids: v.array(v.string()) })),
    ),
    relationships: v.optional(
      v.array(
        v.looseObject({
          product_reference: v.string(),
          relates_to_product_reference: v.string(),
          full_product_name: fullName,
        }),
      ),
    ),
  }),
)

type FullName = v.InferOutput<typeof fullName>
type Tree = NonNullable<v.InferOutput<typeof ProductTree>>
type Identity = Omit<VexProduct, 'components'>

/** The products of a CSAF document, by the identifiers that only it knows. */
export interface CsafProducts {
  /** What a product is; a component of another one where a relationship says so. */
  productsOf(id: string): readonly VexProduct[]
  membersOf(groupId: string): readonly string[]
}

const nobody: Identity = { purls: [], digests: [] }

/** Reads the tree of products. */
export function csafProducts(data: unknown): CsafProducts {
  const tree = v.parse(ProductTree, data) ?? {}
  const identities = identitiesIn(tree)
  const relations = new Map<string, VexProduct>()
  for (const relation of tree.relationships ?? []) {
    const product = identities.get(relation.relates_to_product_reference) ?? nobody
    const component = identities.get(relation.product_reference) ?? nobody
    // A component without package URL must not widen the statement to all of the product.
    const components = component.purls.length > 0 ? component.purls : [relation.product_reference]
    relations.set(relation.full_product_name.product_id, { ...product, components })
  }
  const groups = new Map(
    (tree.product_groups ?? []).map((group) => [group.group_id, group.product_ids]),
  )
  return {
    productsOf(id) {
      const related = relations.get(id)
      return [related ?? { ...(identities.get(id) ?? nobody), components: [] }]
    },
    membersOf: (groupId) => groups.get(groupId) ?? [],
  }
}

function identitiesIn(tree: Tree): ReadonlyMap<string, Identity> {
  const names = [...(tree.full_product_names ?? []), ...namesInBranches(tree.branches ?? [])]
  return new Map(names.map((name) => [name.product_id, identityOf(name)]))
}

/** Goes through the branches without recursion: a file can nest them as deeply as it likes. */
function namesInBranches(branches: readonly unknown[]): readonly FullName[] {
  const names: FullName[] = []
  const open = [...branches]
  while (open.length > 0) {
    const { product, branches: inner = [] } = v.parse(branch, open.pop())
    if (product !== undefined) names.push(product)
    open.push(...inner)
  }
  return names
}

function identityOf({ product_identification_helper: helper }: FullName): Identity {
  const hashes = (helper?.hashes ?? []).flatMap(({ file_hashes: files }) => files)
  return {
    purls: [...(helper?.purl === undefined ? [] : [helper.purl]), ...(helper?.purls ?? [])],
    digests: hashes
      .filter(({ algorithm }) => algorithm.toLowerCase() === 'sha256')
      .map(({ value }) => `sha256:${value.toLowerCase()}`),
  }
}
