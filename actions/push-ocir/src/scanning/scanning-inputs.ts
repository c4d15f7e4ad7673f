import { optional, text } from '@oke-pipeline/core'
import type { InputProblem, Values } from '@oke-pipeline/core'
import {
  findRegion,
  ocidKind,
  partsOf,
  regionMetadataIn,
  regionOfRegistryHost,
} from '@oke-pipeline/oci'
import type { DestinationInputs } from '../destination/destination-inputs.ts'

/** The inputs about OCI's scans of the repository that is pushed to. */
export const scanningInputs = {
  'scan-target': optional(
    text({
      pattern: /^[\w](?:[\w .-]{0,98}[\w])?$/,
      expects: 'a name of letters, digits, blanks, ".", "_" and "-"',
    }),
    'Has OCI Vulnerability Scanning scan the repository from this push on: name of a container scan target in the compartment of the repository, which takes the repository unless another target has it already, and is created where it is missing. Nothing is taken out of a target.',
  ),
  'scan-recipe': optional(
    ocidKind(),
    'With `scan-target`: OCID of the container scan recipe of a target that is created. By default one of the same name, which is created where it is missing.',
  ),
} as const

/** The values of {@link scanningInputs}. */
export type ScanningInputs = Values<typeof scanningInputs>

type Given = Partial<ScanningInputs> &
  Partial<Pick<DestinationInputs, 'image' | 'also-push-to' | 'oci-region'>>
type Environment = Readonly<Record<string, string | undefined>>

/** What is wrong with the inputs about OCI's scans, taken together. */
export function checkScanning(values: Given, environment: Environment): readonly InputProblem[] {
  const { 'scan-target': target, image } = values
  const registry = image?.registry
  const isElsewhere =
    registry !== undefined && regionOfRegistryHost(registry, environment) === undefined
  const place =
    target !== undefined && isElsewhere
      ? [{ input: 'scan-target', got: target, problem: `expected none: ${registry} is not OCIR` }]
      : []
  return [...place, ...checkRecipe(values, environment)]
}

function checkRecipe(values: Given, environment: Environment): readonly InputProblem[] {
  const recipe = values['scan-recipe']
  if (recipe === undefined) return []
  const problem = recipeProblem(values, partsOf(recipe).region, environment)
  return problem === undefined ? [] : [{ input: 'scan-recipe', got: recipe, problem }]
}

function recipeProblem(values: Given, place: string, environment: Environment): string | undefined {
  if (values['scan-target'] === undefined) return 'expected "scan-target" with it'
  if ((values['also-push-to'] ?? []).length > 0) {
    return 'expected none with "also-push-to": a recipe is of one region'
  }
  const registry = values.image?.registry
  const region =
    registry === undefined ? values['oci-region'] : regionOfRegistryHost(registry, environment)?.id
  if (region === undefined || place === '') return undefined
  const isThere =
    findRegion(place, { domain: 'unknown.example', ...regionMetadataIn(environment) }).id === region
  return isThere ? undefined : `expected a recipe in ${region}, where the image is pushed to`
}
