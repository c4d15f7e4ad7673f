import type { Substitution } from '../manifest/substitution.ts'

/** A Helm chart, where it comes from and what it is given. */
export interface ChartSource {
  /** Path of a folder or an archive, `oci://…`, or the name of a chart in `repository`. */
  readonly chart: string
  /** URL of the chart repository that has the chart. */
  readonly repository: string | undefined
  readonly version: string | undefined
  /** `sha256:…` of the archive in a chart repository. */
  readonly digest: string | undefined
  /** For the chart repository or the registry. */
  readonly login: ChartLogin | undefined
  /** Files with values, the last one wins. */
  readonly valueFiles: readonly string[]
  /** Values as YAML, put over those of the files. */
  readonly values: string | undefined
  /** Variables that the values may name. */
  readonly substitution: Substitution | undefined
}

/** Whom a chart repository or a registry knows. */
export interface ChartLogin {
  readonly username: string
  readonly password: string
}

/** What a chart is rendered for. */
export interface ChartRelease {
  readonly name: string
  readonly namespace: string
  /** Whether a release of this name is in force: `.Release.IsUpgrade`. */
  readonly isUpgrade: boolean
  readonly capabilities: {
    readonly version: string
    readonly apiVersions: readonly string[]
  }
}

/** Where Helm gets a chart: what stands for it on its command line. */
export type ChartOrigin = 'path' | 'oci' | 'repository'

/** Which of the three ways a chart is named. */
export function originOf({ chart, repository }: ChartSource): ChartOrigin {
  if (chart.startsWith('oci://')) return 'oci'
  return repository === undefined ? 'path' : 'repository'
}
