import { isLoopback } from '@oke-pipeline/core'
import { originOf } from './chart.ts'
import type { ChartRelease, ChartSource } from './chart.ts'

/** A chart that was found, with its values in files of ours. */
export interface PreparedChart {
  readonly source: ChartSource
  /** What stands for the chart on the command line. */
  readonly reference: string
  readonly valueFiles: readonly string[]
  /** File with the login for a registry; undefined for what the runner is logged in with. */
  readonly registryConfig: string | undefined
}

/** The arguments by which Helm is told which chart is meant. */
export function chartArguments(chart: PreparedChart): readonly string[] {
  const { source, reference, registryConfig } = chart
  const version = originOf(source) === 'oci' ? source.version : undefined
  return [
    reference,
    ...(version === undefined ? [] : ['--version', version]),
    ...(registryConfig === undefined ? [] : ['--registry-config', registryConfig]),
    ...(isOnThisMachine(source) ? ['--plain-http'] : []),
  ]
}

/** The arguments that make Helm render a chart as it would install it. */
export function templateArguments(chart: PreparedChart, release: ChartRelease): readonly string[] {
  const { version, apiVersions } = release.capabilities
  return [
    'template',
    release.name,
    ...chartArguments(chart),
    ...['--namespace', release.namespace],
    '--include-crds',
    // Tests are for "helm test"; they are no part of what runs.
    '--skip-tests',
    ...(release.isUpgrade ? ['--is-upgrade'] : []),
    ...(version === '' ? [] : ['--kube-version', version]),
    ...apiVersions.flatMap((apiVersion) => ['--api-versions', apiVersion]),
    ...chart.valueFiles.flatMap((file) => ['--values', file]),
  ]
}

/** A registry on a loopback address speaks plain HTTP, as everywhere in this project. */
function isOnThisMachine(source: ChartSource): boolean {
  if (originOf(source) !== 'oci') return false
  const url = URL.parse(source.chart.replace(/^oci:/, 'http:'))
  return url !== null && isLoopback(url.hostname)
}
