import {
  boolean,
  declareAction,
  duration,
  oneOf,
  optional,
  path,
  required,
  text,
  withDefault,
} from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'
import { digestKind } from '@oke-pipeline/image'
import { defaultVersion, grypeVersions, oldestVersion } from '@oke-pipeline/scan'

const program = text({
  pattern: /^[^-]/,
  expects: 'a program: its path, or its name in PATH',
})

const hour = 3600
const year = 365 * 24 * hour

/** What scan-gate takes and gives. */
export const declaration = declareAction({
  name: 'scan-gate',
  inputs: {
    layout: required(
      path(),
      'Folder of the OCI image layout to scan: the `layout` output of build-image.',
    ),
    digest: optional(
      digestKind(),
      'Digest that the layout must have: the `digest` output of build-image. Another one stops the step.',
    ),
    'severity-cutoff': withDefault(
      oneOf(['critical', 'high', 'medium', 'low', 'negligible']),
      'high',
      'The least severity that closes the gate: `critical`, `high`, `medium`, `low` or `negligible`.',
    ),
    'only-fixed': withDefault(
      boolean(),
      'false',
      'Let only vulnerabilities for which a fix is published close the gate.',
    ),
    'fail-on-unknown': withDefault(
      boolean(),
      'true',
      'Whether a vulnerability that nobody has rated yet closes the gate: it could be a critical one.',
    ),
    mode: withDefault(
      oneOf(['enforce', 'warn']),
      'enforce',
      '`enforce` fails the step where the verdict is `fail`; `warn` only says so. A scan that could not be made fails the step in both.',
    ),
    'database-max-age': withDefault(
      duration({ from: hour, to: year }),
      '120h',
      'How old the vulnerability database may be, by the time that it was built.',
    ),
    grype: optional(
      program,
      `Grype to scan with; by default the one in PATH at version ${oldestVersion} or later, else the official release, checked by its SHA-256.`,
    ),
    'grype-version': optional(
      oneOf(grypeVersions),
      `The one version of Grype to use, from PATH or downloaded: ${grypeVersions.join(', ')}. By default ${defaultVersion} is downloaded where none is found. Not used together with \`grype\`.`,
    ),
    report: optional(
      path(),
      'Where Grype’s JSON report is kept; by default in the runner’s temp folder, under the digest. With several platforms, the platform is added to the name.',
    ),
    timeout: withDefault(
      duration({ from: 10, to: hour }),
      '10m',
      'How long the scan may take, the download of the database included.',
    ),
  },
  outputs: {
    verdict: '`pass`, `fail`, or `error` where the image could not be judged.',
    digest: 'Digest of the image that was judged.',
    report: 'Absolute path of Grype’s JSON report; with several platforms, one path a line.',
    failing: 'How many vulnerabilities close the gate.',
    critical: 'How many vulnerabilities are critical.',
    high: 'How many are high.',
    medium: 'How many are medium.',
    low: 'How many are low.',
    negligible: 'How many are negligible.',
    unknown: 'How many are not rated.',
  },
})

/** The values of the inputs of scan-gate. */
export type Inputs = Values<typeof declaration.inputs>

/** The names of its outputs. */
export type Output = keyof typeof declaration.outputs
