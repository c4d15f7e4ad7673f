import { declareAction, optional, path, required } from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'
import { digestKind, tagRulesKind } from '@oke-pipeline/image'
import { destinationInputs } from './destination/destination-inputs.ts'
import { repositoryInputs } from './repository/repository-inputs.ts'
import { scanningInputs } from './scanning/scanning-inputs.ts'
import { signingInputs } from './signing-inputs.ts'

/** What push-ocir takes and gives. */
export const declaration = declareAction({
  name: 'push-ocir',
  inputs: {
    layout: required(
      path(),
      'Folder of the OCI image layout, as build-image names it, or the tar of one.',
    ),
    digest: optional(
      digestKind(),
      'Digest that the image must have, as build-image names it. Give it whenever the layout passed through other steps or jobs.',
    ),
    ...destinationInputs,
    tags: optional(
      tagRulesKind(),
      'Tags that name this image for ever, or rules for them such as `type=semver,pattern={{version}}`: the step fails, before anything is pushed, when one of them is another image. By default, and without `moving-tags`, one made of the commit and the digest, so that the registry’s retention rules do not take the image for a leftover.',
    ),
    'moving-tags': optional(
      tagRulesKind(),
      'Tags that are taken from the image that has them, such as `latest`, or rules for them such as `type=ref,event=branch`.',
    ),
    ...repositoryInputs,
    ...signingInputs,
    ...scanningInputs,
  },
  outputs: {
    image: 'The image by digest, `<image>@sha256:…`: what is to be deployed.',
    digest: 'Digest of the image, the same as in the layout.',
    repository: 'Registry and repository, without tag and digest.',
    region:
      'Identifier of the registry’s region, such as `eu-frankfurt-1`; empty for a registry that is not OCIR.',
    tags: 'The image by each of its tags, one a line.',
    'platform-digests':
      'Digests of the image’s platforms, one a line, where it has several: nodes may report one of them, and deploy-oke takes them as `platform-digests`. Empty for an image of one platform.',
    destinations:
      'What became of the image in each place, as JSON; the first is that of `image`: `[{"image": "…@sha256:…", "region": "eu-frankfurt-1", "tags": ["…:1.0"], "pushedBytes": 1, "skippedBytes": 0}]`.',
    'pushed-bytes': 'How many bytes were sent, to all places together.',
    'skipped-bytes':
      'How many bytes were not sent, because the registry has them, in this repository or in another one that they were mounted from.',
    'subject-checksums':
      'Path of a file with the digests of the image and of its platforms, which `actions/attest` takes as `subject-checksums`.',
    referrers:
      'What was kept with the image in the layout, and is now kept with it in the registry, as JSON: `[{"digest": "sha256:…", "type": "https://slsa.dev/provenance/v1", "subject": "sha256:…", "isSigned": true}]`.',
    'scan-compartment':
      'With `scan-target`: OCID of the compartment in which OCI keeps the results of its scans of `image`, for `oci-compartment` of scan-gate.',
  },
})

/** The values of the inputs of push-ocir. */
export type Inputs = Values<typeof declaration.inputs>
