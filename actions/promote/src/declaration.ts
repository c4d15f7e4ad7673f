import { declareAction, optional, path, required, text, withDefault } from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'
import { clusterInputs, defaultEnvironmentsFile, evidenceInputs } from '@oke-pipeline/delivery'
import { pinnedReferenceKind } from '@oke-pipeline/image'
import { identityInputs } from '@oke-pipeline/oci'

/** What promote takes and gives. */
export const declaration = declareAction({
  name: 'promote',
  inputs: {
    from: required(text(), 'Name of the environment whose image is promoted.'),
    to: required(
      text(),
      'Name of the environment that gets it: the one right after `from` in the environments file.',
    ),
    'environments-file': withDefault(
      path(),
      defaultEnvironmentsFile,
      'File that describes the environments and their order.',
    ),
    ...clusterInputs,
    image: optional(
      pinnedReferenceKind(),
      'Image that is expected in `from`, by its digest, such as the one this run has built. Another one there stops the step.',
    ),
    ...evidenceInputs,
    ...identityInputs,
  },
  outputs: {
    image: 'The image to deploy, by its digest, such as `iad.ocir.io/namespace/app@sha256:…`.',
    digest: 'Its digest.',
    'platform-digests':
      'Further digests by which nodes may report it, one a line, as the environment’s release was deployed with; empty where there are none.',
    from: 'Name of the environment that it was seen in.',
    to: 'Name of the environment that it goes to.',
    namespace: 'Namespace of that environment.',
    manifests: 'Manifests of that environment, one path a line.',
    release: 'Name of its release.',
  },
})

/** The values of the inputs of promote. */
export type Inputs = Values<typeof declaration.inputs>
