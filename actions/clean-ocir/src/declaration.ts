import {
  boolean,
  declareAction,
  integer,
  optional,
  path,
  required,
  withDefault,
} from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'
import { clusterInputs, defaultEnvironmentsFile } from '@oke-pipeline/delivery'
import { repositoryKind } from '@oke-pipeline/image'
import { identityInputs, ocidKind } from '@oke-pipeline/oci'
import { periodKind } from './period-kind.ts'

/** What clean-ocir takes and gives. */
export const declaration = declareAction({
  name: 'clean-ocir',
  inputs: {
    image: required(
      repositoryKind(),
      'Repository to clean, with its registry: `iad.ocir.io/<namespace>/app`.',
    ),
    delete: withDefault(
      boolean(),
      'false',
      'Whether anything is deleted. Without it, the step only says what would be.',
    ),
    'untagged-after': withDefault(
      periodKind(),
      '7d',
      'How long images without a tag stay after they were pushed, in hours or days.',
    ),
    'tagged-after': optional(
      periodKind(),
      'How long images with tags stay after they were given the last of them. Without it, all of them stay.',
    ),
    keep: withDefault(
      integer({ from: 1, to: 10_000 }),
      '10',
      'How many of the newest images with tags stay, however old they are.',
    ),
    'max-delete': withDefault(
      integer({ from: 1, to: 100_000 }),
      '100',
      'How many images may be deleted at once; with more, none is.',
    ),
    'environments-file': withDefault(
      path(),
      defaultEnvironmentsFile,
      'File that describes the environments. The release records of all of them are read: what one refers to stays.',
    ),
    compartment: optional(
      ocidKind('compartment', 'tenancy'),
      'OCID of the compartment that the repository is in; by default it is looked for in the whole tenancy.',
    ),
    ...clusterInputs,
    ...identityInputs,
  },
  outputs: {
    deleted: 'How many images were deleted.',
    'to-delete': 'How many images were found that nothing needs any more.',
    kept: 'How many images stay.',
    images:
      'Those that nothing needs any more, as JSON: `[{"digest": "sha256:…", "tags": ["1.0"], "createdAt": "2026-01-31T12:00:00.000Z"}]`; the first 500 of them.',
  },
})

/** The values of the inputs of clean-ocir. */
export type Inputs = Values<typeof declaration.inputs>
