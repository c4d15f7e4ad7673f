import { boolean, duration, optional, withDefault } from '@oke-pipeline/core'
import type { InputProblem, Values } from '@oke-pipeline/core'
import { tagKind } from '@oke-pipeline/image'
import type { PinnedReference } from '@oke-pipeline/image'
import { identityInputs, ocidKind, regionOfRegistryHost } from '@oke-pipeline/oci'

const hour = 3600

/** The inputs for the scan that OCI makes of an image in OCIR. */
export const ociInputs = {
  'oci-scan': withDefault(
    boolean(),
    'false',
    'Whether the result of OCI Vulnerability Scanning for `image` is waited for and judged as well. `image` must be in OCIR, in a repository of a container scan target.',
  ),
  'oci-compartment': optional(
    ocidKind('compartment', 'tenancy'),
    'For `oci-scan`: OCID of the compartment of the scan target, where the results are.',
  ),
  'oci-tag': optional(
    tagKind(),
    'For `oci-scan`: the tag under which the image was pushed, as OCI scans by tag; by default that of `image`. Give each image a tag of its own.',
  ),
  'oci-scan-timeout': withDefault(
    duration({ from: 60, to: 6 * hour }),
    '15m',
    'How long the result is waited for. No result in time closes the gate.',
  ),
  ...identityInputs,
} as const

/** The values of {@link ociInputs}, and the image. */
export type OciInputs = Values<typeof ociInputs> & {
  readonly image?: PinnedReference | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** What is wrong with the inputs for OCI's scan, taken together. */
export function checkOciInputs(
  values: Partial<OciInputs>,
  environment: Environment,
): readonly InputProblem[] {
  if (values['oci-scan'] !== true) return []
  const { image } = values
  const problems = [
    values['oci-compartment'] === undefined
      ? lacking('oci-compartment', 'the OCID of the compartment of the scan target')
      : undefined,
    image === undefined
      ? lacking('image', 'the image in OCIR, by its digest')
      : imageProblem(image, environment),
    image !== undefined && image.tag === undefined && values['oci-tag'] === undefined
      ? lacking('oci-tag', 'the tag under which "image" was pushed')
      : undefined,
  ]
  return problems.filter((problem) => problem !== undefined)
}

function lacking(input: string, what: string): InputProblem {
  return { input, problem: `is required with "oci-scan": give ${what}` }
}

function imageProblem(
  { registry, repository }: PinnedReference,
  environment: Environment,
): InputProblem | undefined {
  const isInOcir =
    regionOfRegistryHost(registry, environment) !== undefined && repository.includes('/')
  if (isInOcir) return undefined
  return {
    input: 'image',
    got: `${registry}/${repository}`,
    problem:
      'expected an image in OCIR with "oci-scan", such as iad.ocir.io/<namespace>/<repository>',
  }
}
