import {
  boolean,
  declareAction,
  duration,
  list,
  oneOf,
  optional,
  path,
  secret,
  text,
  withDefault,
} from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'
import { clusterInputs, defaultEnvironmentsFile } from '@oke-pipeline/delivery'
import { digestKind, pinnedReferenceKind } from '@oke-pipeline/image'
import {
  findingKinds,
  gateModes,
  oldestVersions,
  releasedVersions,
  scannerNames,
} from '@oke-pipeline/scan'
import type { ScannerName } from '@oke-pipeline/scan'
import { ociInputs } from './oci-inputs.ts'
import { vexInputs } from './signed-vex.ts'

const program = text({
  pattern: /^[^-]/,
  expects: 'a program: its path, or its name in PATH',
})

const category = text({
  pattern: /^[A-Za-z0-9][A-Za-z0-9._ /-]{0,99}$/,
  expects: 'a name of letters, digits, ".", "_", "-", "/" and blanks',
})

function programText(title: string, name: ScannerName): string {
  return `${title} to scan with; by default the one in PATH at version ${oldestVersions[name]} or later, else the official release, checked by its SHA-256.`
}

function versionText(title: string, name: ScannerName): string {
  const versions = releasedVersions(name)
  return `The one version of ${title} to use, from PATH or downloaded: ${versions.join(', ')}. By default ${versions[0] ?? ''} is downloaded where none is found. Not used together with \`${name}\`.`
}

const hour = 3600
const year = 365 * 24 * hour

/** What scan-gate takes and gives. */
export const declaration = declareAction({
  name: 'scan-gate',
  inputs: {
    layout: optional(
      path(),
      'Folder of the OCI image layout to judge: the `layout` output of build-image; or the tar of one, with which the verdict is not kept. This or `image` is needed.',
    ),
    image: optional(
      pinnedReferenceKind(),
      'Image in a registry to judge, by its digest, instead of a layout.',
    ),
    digest: optional(
      digestKind(),
      'Digest that the layout must have: the `digest` output of build-image. Another one stops the step.',
    ),
    username: optional(text(), 'User of the registry that `image` or `baseline-image` is in.'),
    password: optional(secret(), 'Password of that user; for OCIR an auth token.'),
    scanners: withDefault(
      list(oneOf([...scannerNames, 'none'])),
      'grype',
      'Scanners to run: `grype`, `trivy`, or both; what they find is merged. `none` where only `reports` are judged.',
    ),
    kinds: withDefault(
      list(oneOf(findingKinds)),
      'vulnerability, secret',
      'What Trivy looks for: `vulnerability`, `secret`, `misconfiguration`, `licence`. Grype finds vulnerabilities only.',
    ),
    sbom: optional(
      path(),
      'SBOM of the image (CycloneDX or SPDX as JSON) that is scanned instead of its layers.',
    ),
    reports: optional(
      list(path()),
      'Reports that other steps made of this image: Grype or Trivy JSON, SARIF, CycloneDX, SPDX, OSV-Scanner, Clair or Snyk JSON.',
    ),
    policy: optional(
      path(),
      'File with the policy: what closes the gate, and what may excuse a finding. Not used together with `severity-cutoff`, `only-fixed` and `fail-on-unknown`.',
    ),
    'severity-cutoff': optional(
      oneOf(['critical', 'high', 'medium', 'low', 'negligible']),
      'The least severity that closes the gate: `critical`, `high` (the default), `medium`, `low` or `negligible`.',
    ),
    'only-fixed': optional(
      boolean(),
      'Whether only vulnerabilities for which a fix is published close the gate; true by default.',
    ),
    'fail-on-unknown': optional(
      boolean(),
      'Whether a vulnerability that nobody has rated yet counts as bad enough; true by default.',
    ),
    waivers: optional(
      list(path()),
      'Files with waivers: ours, or by their name a `.trivyignore`, a `.trivyignore.yaml` or a `.grype.yaml`.',
    ),
    vex: optional(
      list(path()),
      'VEX documents (OpenVEX, CSAF, CycloneDX) whose authors the policy trusts.',
    ),
    ...vexInputs,
    'baseline-image': optional(
      pinnedReferenceKind(),
      'Image in a registry to compare with, by its digest: only what it does not have closes the gate.',
    ),
    'baseline-report': optional(
      path(),
      'Report of a scan to compare with, in any of the formats of `reports`, or as this action writes it.',
    ),
    'baseline-environment': optional(
      text(),
      'Environment whose running image is compared with: only what this change adds closes the gate. Needs the way to its cluster: here, or in the environments file.',
    ),
    'environments-file': withDefault(
      path(),
      defaultEnvironmentsFile,
      'File that describes the environments, for `baseline-environment`.',
    ),
    ...clusterInputs,
    mode: optional(
      oneOf(gateModes),
      '`enforce` (the default, unless the policy says otherwise) fails the step where the verdict is `fail`; `warn` only says so. A scan that could not be made fails the step in both. `continue` lets the image through even then.',
    ),
    'database-max-age': withDefault(
      duration({ from: hour, to: year }),
      '120h',
      'How old the vulnerability databases may be, by the time that they were built.',
    ),
    'grype-database': optional(
      text({ pattern: /^https:\/\/\S+$/, expects: 'an https:// address' }),
      'Where Grype gets its database from, instead of its project: a mirror of `latest.json` and what it names.',
    ),
    'trivy-database': optional(
      text({ pattern: /^[a-z0-9]\S*$/, expects: 'an image reference' }),
      'Where Trivy gets its database from, instead of its project: a mirror of `trivy-db`, such as one in OCIR.',
    ),
    grype: optional(program, programText('Grype', 'grype')),
    'grype-version': optional(oneOf(releasedVersions('grype')), versionText('Grype', 'grype')),
    trivy: optional(program, programText('Trivy', 'trivy')),
    'trivy-version': optional(oneOf(releasedVersions('trivy')), versionText('Trivy', 'trivy')),
    dockerfile: withDefault(
      path(),
      'Dockerfile',
      'Dockerfile that the image was built from, to show findings at the line that brought them. May be missing.',
    ),
    report: optional(
      path(),
      'Where the report is written as JSON; by default in the runner’s temp folder.',
    ),
    sarif: optional(path(), 'Where it is written as SARIF 2.1.0; by default not at all.'),
    html: optional(path(), 'Where it is written as an HTML page; by default not at all.'),
    csv: optional(path(), 'Where it is written as CSV; by default not at all.'),
    'upload-sarif': withDefault(
      boolean(),
      'false',
      'Whether findings are shown by code scanning. Needs `security-events: write`.',
    ),
    'sarif-category': withDefault(
      category,
      'scan-gate',
      'Tells analyses of the same commit apart in code scanning, where this action runs for several images.',
    ),
    comment: withDefault(
      boolean(),
      'false',
      'Whether the summary is kept as a comment of the pull request. Needs `pull-requests: write`.',
    ),
    'github-token': withDefault(
      secret(),
      '${{ github.token }}',
      'Token for the comment, code scanning and the waivers of the base branch.',
    ),
    cache: optional(
      path(),
      'Folder in which answers of scanners are kept for the same image and database; by default in the runner’s temp folder.',
    ),
    timeout: withDefault(
      duration({ from: 10, to: hour }),
      '10m',
      'How long one scan may take, the download of its database included.',
    ),
    ...ociInputs,
  },
  outputs: {
    verdict: '`pass`, `fail`, or `error` where the image could not be judged.',
    digest: 'Digest of the image that was judged.',
    counts: 'Numbers of findings as JSON: `found` and `blocking` by severity, and by `outcomes`.',
    new: 'How many findings the baseline does not have; empty without a baseline.',
    failing: 'How many findings close the gate.',
    critical: 'How many findings are critical.',
    high: 'How many are high.',
    medium: 'How many are medium.',
    low: 'How many are low.',
    negligible: 'How many are negligible.',
    unknown: 'How many are not rated.',
    report: 'Absolute path of the report as JSON.',
    'scanner-reports': 'Absolute paths of the reports as the scanners wrote them, one a line.',
    sarif: 'Absolute path of the report as SARIF, where it was asked for.',
    html: 'Absolute path of the report as an HTML page, where it was asked for.',
    csv: 'Absolute path of the report as CSV, where it was asked for.',
    sbom: 'Absolute path of the SBOM that was scanned or that the image has; empty where there is none.',
    statement:
      'Digest of the referrer by which the verdict is kept in the layout; empty for an image in a registry.',
  },
})

/** The values of the inputs of scan-gate. */
export type Inputs = Values<typeof declaration.inputs>

/** The names of its outputs. */
export type Output = keyof typeof declaration.outputs
