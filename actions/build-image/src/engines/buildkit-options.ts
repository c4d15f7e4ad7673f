import type { BuildRequest } from '../build-request.ts'
import type { Inputs } from '../declaration.ts'
import { csvOf, formatEntry } from '../inputs/csv-entry.ts'
import type { TypedEntry } from '../inputs/csv-entry.ts'

/** Where BuildKit writes the layout, and how. */
export function exporterOf({ layout, epoch }: BuildRequest): readonly string[] {
  const rewritten = epoch === undefined ? [] : ['rewrite-timestamp=true']
  return ['type=oci', 'tar=false', `dest=${layout}`, ...rewritten]
}

/** A secret as an option names it: by file or by variable, never by value. */
export function secretOptions({ inputs, secrets }: BuildRequest): readonly string[] {
  const files = secrets.map(({ id, path }) => csvOf([`id=${id}`, `src=${path}`]))
  const variables = inputs['secret-envs'] ?? []
  return [...files, ...variables.map(({ name, value }) => csvOf([`id=${name}`, `env=${value}`]))]
}

/** Caches to write; one that cannot be written must not cost the build. */
export function cacheTargets({ 'cache-to': caches }: Inputs): readonly string[] {
  return (caches ?? []).map(({ type, attributes }) =>
    formatEntry({ type, attributes: { ...attributes, ...lenient(type, attributes) } }),
  )
}

function lenient(
  type: string,
  attributes: TypedEntry['attributes'],
): Readonly<Record<string, string>> {
  return type === 'inline' || 'ignore-error' in attributes ? {} : { 'ignore-error': 'true' }
}

/**
 * What BuildKit is to attest: its own provenance, which also tells the bases, and what is asked for.
 * Attestations are taken out of the image's index later, and kept beside it.
 */
export function attestationsOf(inputs: Inputs): readonly TypedEntry[] {
  const { attests = [], provenance, sbom } = inputs
  const given = new Set(attests.map(({ type }) => type))
  const usual = [...provenanceOf(provenance), ...sbomOf(sbom)]
  return [...attests, ...usual.filter(({ type }) => !given.has(type))]
}

function provenanceOf(provenance: Inputs['provenance']): readonly TypedEntry[] {
  if (provenance === 'false') return []
  const mode = provenance.endsWith('max') ? 'max' : 'min'
  return [{ type: 'provenance', attributes: { mode } }]
}

/** An SBOM of BuildKit's is made by an image that it runs; others are made of the layout later. */
function sbomOf(sbom: Inputs['sbom']): readonly TypedEntry[] {
  const generator = /^generator=(.+)$/.exec(sbom)?.[1]
  return generator === undefined ? [] : [{ type: 'sbom', attributes: { generator } }]
}
