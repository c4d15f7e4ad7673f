import type { JudgedImage } from '../gate/judge-context.ts'
import type { PackageName } from '../package-url.ts'
import { parsePackageUrl } from '../package-url.ts'
import type { VexProduct } from './vex-document.ts'

/** How much of an image a product is: all of it, single platforms of it, or nothing. */
export type ImageFit =
  | { readonly kind: 'whole' }
  | { readonly kind: 'platforms'; readonly names: readonly string[] }
  | { readonly kind: 'none' }

/** Whether a product is the image that is judged. */
export function fitOf(product: VexProduct, image: JudgedImage): ImageFit {
  const purls = product.purls.map(parsePackageUrl).filter((purl) => purl?.type === 'oci')
  const digests = [...product.digests, ...purls.flatMap((purl) => digestOf(purl) ?? [])]
  if (digests.includes(image.digest)) return { kind: 'whole' }
  if (purls.some((purl) => purl !== undefined && isNamed(purl, image))) return { kind: 'whole' }
  const names = image.platforms.filter(({ digest }) => digests.includes(digest))
  if (names.length === 0) return { kind: 'none' }
  return { kind: 'platforms', names: names.map(({ name }) => name) }
}

function digestOf(purl: PackageName | undefined): string | undefined {
  const version = purl?.version
  return version?.startsWith('sha256:') === true ? version : undefined
}

/** A purl without a version means every version of a repository; a tag says nothing that lasts. */
function isNamed({ version, name, qualifiers }: PackageName, { repository }: JudgedImage): boolean {
  if (version !== undefined || repository === undefined) return false
  const wanted = qualifiers.repository_url
  if (wanted !== undefined) return wanted === repository
  return repository.slice(repository.lastIndexOf('/') + 1) === name
}
