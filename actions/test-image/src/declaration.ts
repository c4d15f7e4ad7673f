import {
  assignments,
  boolean,
  declareAction,
  duration,
  integer,
  lines,
  optional,
  path,
  required,
  text,
  withDefault,
} from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'
import { digestKind } from '@oke-pipeline/image'

const urlPath = text({ pattern: /^\/[\x21-\x7e]*$/, expects: 'a path such as /healthz' })

const user = text({
  pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
  expects: 'a user such as 1000, 1000:1000 or app',
})

/** What test-image takes and gives. */
export const declaration = declareAction({
  name: 'test-image',
  inputs: {
    layout: required(
      path(),
      'Folder of the OCI image layout to test: the `layout` output of build-image.',
    ),
    digest: optional(
      digestKind(),
      'Digest that the layout must have: the `digest` output of build-image. Another one stops the step.',
    ),
    command: optional(
      lines(text()),
      'Program to run in a container of the image, one argument a line, in place of the image’s own ENTRYPOINT and CMD and without a shell. The test passes when it exits with status 0.',
    ),
    'http-port': optional(
      integer({ from: 1, to: 65_535 }),
      'Port of the container to send HTTP requests to. The image is started as it would be in production, with its own ENTRYPOINT and CMD.',
    ),
    'http-path': withDefault(urlPath, '/', 'Path to request, such as `/healthz`.'),
    'http-status': withDefault(
      integer({ from: 200, to: 599 }),
      '200',
      'Status that the answer must have. Redirects are followed.',
    ),
    environment: optional(
      assignments(),
      'Environment variables of the container, one `NAME=value` a line. Nothing else of the job’s environment reaches it.',
    ),
    user: optional(
      user,
      'User to run as, as `runAsUser` in Kubernetes; by default the one that the image names.',
    ),
    'read-only': withDefault(
      boolean(),
      'false',
      'Mount the container’s root file system read-only, as `readOnlyRootFilesystem` in Kubernetes.',
    ),
    timeout: withDefault(
      duration({ from: 1, to: 3600 }),
      '60s',
      'How long the command may run, and how long the first good answer may take.',
    ),
    report: optional(
      path(),
      'Where the report of the test is written; by default in the runner’s temp folder, under the digest.',
    ),
  },
  outputs: {
    result: '`passed`, `failed`, or `error` where the image could not be tested.',
    digest: 'Digest of the image that was tested.',
    report: 'Absolute path of a JSON report of what was run and observed (schema `test-image/v1`).',
  },
})

/** The values of the inputs of test-image. */
export type Inputs = Values<typeof declaration.inputs>

/** The names of its outputs. */
export type Output = keyof typeof declaration.outputs
