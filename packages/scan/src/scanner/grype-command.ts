import type { Command } from '@oke-pipeline/core'

/** One scan of one image. */
export interface GrypeScan {
  /** The program. */
  readonly grype: string
  /** The absolute path of the OCI layout. */
  readonly layout: string
  /** Which image, where the layout has one for each of several platforms: `linux/arm64`. */
  readonly platform: string | undefined
  /** The configuration file, {@link grypeConfiguration}. */
  readonly configuration: string
  /** Where the report goes. */
  readonly report: string
  /** An empty folder to run in: Grype looks for files beside it. */
  readonly directory: string
  readonly timeoutSeconds: number
}

/** The command that scans a layout; the severity threshold is not Grype's business but ours. */
export function grypeCommand(scan: GrypeScan): Command {
  return {
    file: scan.grype,
    args: [
      '--config',
      scan.configuration,
      '--output',
      'json',
      '--file',
      scan.report,
      ...(scan.platform === undefined ? [] : ['--platform', scan.platform]),
      `oci-dir:${scan.layout}`,
    ],
    directory: scan.directory,
    timeoutSeconds: scan.timeoutSeconds,
  }
}

/** The command that asks Grype which version it is. */
export function versionCommand(grype: string): Command {
  return { file: grype, args: ['version', '--output', 'json'], timeoutSeconds: 30 }
}
