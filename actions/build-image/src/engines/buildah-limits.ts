import type { Inputs } from '../declaration.ts'

/** An input that buildah cannot honour, and why. */
export interface Limit {
  readonly input: keyof Inputs
  readonly because: string
}

/** What of the inputs only BuildKit can do. */
export function buildahLimits(inputs: Partial<Inputs>): readonly Limit[] {
  const unknown = (['no-cache-filters', 'allow', 'attests'] as const)
    .filter((input) => inputs[input] !== undefined)
    .map((input) => ({ input, because: 'buildah has nothing like it' }))
  return [...unknown, ...cacheLimits(inputs), ...annotationLimits(inputs), ...sbomLimits(inputs)]
}

function sbomLimits({ sbom }: Partial<Inputs>): readonly Limit[] {
  return sbom?.startsWith('generator=') === true
    ? [{ input: 'sbom', because: 'a generator is an image that BuildKit runs' }]
    : []
}

function cacheLimits(inputs: Partial<Inputs>): readonly Limit[] {
  return (['cache-from', 'cache-to'] as const)
    .filter((input) => inputs[input]?.some(({ type }) => type !== 'registry') === true)
    .map((input) => ({ input, because: 'buildah keeps caches in registries only' }))
}

function annotationLimits({ annotations }: Partial<Inputs>): readonly Limit[] {
  const isPlaced = annotations?.some(({ name }) => /^(?:index|manifest)\b.*:/.test(name)) === true
  return isPlaced
    ? [{ input: 'annotations', because: 'buildah annotates manifests only, all of them alike' }]
    : []
}
