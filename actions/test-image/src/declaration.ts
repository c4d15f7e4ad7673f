import {
  assignments,
  boolean,
  declareAction,
  duration,
  integer,
  lines,
  oneOf,
  optional,
  path,
  required,
  text,
  withDefault,
} from '@oke-pipeline/core'
import type { Assignment, Kind, Values } from '@oke-pipeline/core'
import { digestKind } from '@oke-pipeline/image'
import { runtimeNames } from './runtime/runtime.ts'

const urlPath = text({ pattern: /^\/[\x21-\x7e]*$/, expects: 'a path such as /healthz' })

const user = text({
  pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
  expects: 'a user such as 1000, 1000:1000 or app',
})

/** Assignments whose values are masked, also in a line that is no assignment. */
const secretAssignments: Kind<readonly Assignment[]> = {
  ...assignments(),
  type: 'Secret',
  secretsOf: (value) =>
    value
      .split(/\r?\n/)
      .map((line) => line.trim())
      .map((line) => line.slice(line.indexOf('=') + 1))
      .filter((secret) => secret !== ''),
}

/** What test-image takes and gives. */
export const declaration = declareAction({
  name: 'test-image',
  inputs: {
    layout: required(
      path(),
      'Folder of the OCI image layout to test: the `layout` output of build-image; or the tar of one, with which the result is not kept.',
    ),
    digest: optional(
      digestKind(),
      'Digest that the layout must have: the `digest` output of build-image. Another one stops the step.',
    ),
    tests: optional(
      lines(path()),
      'Files of tests (YAML, schema `oke-pipeline/tests/v1`), one a line. Files of container-structure-test are read too. They run beside the tests that `command` and `http-port` describe.',
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
      'Environment variables of the container in every test, one `NAME=value` a line. Nothing else of the job’s environment reaches it.',
    ),
    'secret-environment': optional(
      secretAssignments,
      'Environment variables with secret values, one `NAME=value` a line. They are masked, are never on a command line, and reach the image and those services that name them.',
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
      'How long a test may take, where its file does not say otherwise.',
    ),
    runtime: withDefault(
      oneOf(['auto', ...runtimeNames]),
      'auto',
      'What runs the image: `docker`, `podman`, `nerdctl`, or `auto` for the first of them that works here.',
    ),
    parallel: withDefault(integer({ from: 1, to: 32 }), '4', 'How many tests run at a time.'),
    report: optional(
      path(),
      'Where the report of the test is written; by default in the runner’s temp folder, under the digest.',
    ),
    junit: optional(
      path(),
      'Where the results are written as JUnit XML; by default beside the report.',
    ),
  },
  outputs: {
    result: '`passed`, `failed`, or `error` where the image could not be tested.',
    digest: 'Digest of the image that was tested.',
    report: 'Absolute path of a JSON report of what was run and observed (schema `test-image/v2`).',
    junit: 'Absolute path of the results as JUnit XML.',
    runtime: '`docker`, `podman` or `nerdctl`: what ran the image; empty where no test runs it.',
    tests: 'Number of tests that were run.',
    failed: 'Number of tests that failed.',
  },
})

/** The values of the inputs of test-image. */
export type Inputs = Values<typeof declaration.inputs>

/** The names of its outputs. */
export type Output = keyof typeof declaration.outputs
