import type { InputProblem, Runner } from '@oke-pipeline/core'
import { regionOfRegistryHost } from '@oke-pipeline/oci'
import type { Inputs } from './declaration.ts'

/** What is wrong with the inputs, as far as it shows without asking anybody. */
export function checkInputs(
  { image }: Partial<Inputs>,
  { environment }: Pick<Runner, 'environment'>,
): readonly InputProblem[] {
  if (image === undefined) return []
  const { registry, repository } = image
  if (regionOfRegistryHost(registry, environment) === undefined) {
    return [{ input: 'image', got: registry, problem: 'expected a host of OCIR: fra.ocir.io/…' }]
  }
  if (repository.includes('/')) return []
  const problem = 'expected <host>/<namespace>/<repository>'
  return [{ input: 'image', got: `${registry}/${repository}`, problem }]
}
