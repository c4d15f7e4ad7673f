import { isLoopback } from '@oke-pipeline/core'
import { originOf } from './chart.ts'
import type { ChartSource } from './chart.ts'

const ociReference =
  /^oci:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+(@sha256:[0-9a-f]{64})?$/

const chartName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

const exactVersion = /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/

/**
 * What is wrong with the way a chart is named, before anybody looks for it. A chart from elsewhere
 * must be named by its exact version: another one would be deployed unseen tomorrow.
 */
export function chartSourceProblem(source: ChartSource): string | undefined {
  const { version } = source
  if (version !== undefined && !exactVersion.test(version)) {
    return `wants the version "${version}": give the exact version, such as 1.2.3`
  }
  if (source.digest !== undefined && originOf(source) !== 'repository') {
    return 'has a "chart-digest", which is for charts of a "chart-repository": in a registry, put the digest behind "@"'
  }
  switch (originOf(source)) {
    case 'path':
      return pathProblem(source)
    case 'oci':
      return ociProblem(source)
    case 'repository':
      return repositoryProblem(source)
  }
}

function pathProblem({ version, login }: ChartSource): string | undefined {
  if (login !== undefined) return 'is a path in the repository, and takes no login'
  return version === undefined
    ? undefined
    : 'is a path in the repository, which has one version only: leave "chart-version" out, or give "chart-repository"'
}

function ociProblem({ chart, repository, version }: ChartSource): string | undefined {
  if (!ociReference.test(chart)) {
    return 'is no chart of a registry: expected oci://host/path/chart, its version in "chart-version" or its digest behind "@"'
  }
  if (repository !== undefined) return 'is in a registry: leave "chart-repository" out'
  if (version === undefined && !chart.includes('@')) {
    return 'has no version: give the exact one by "chart-version", or the digest behind "@"'
  }
  return undefined
}

function repositoryProblem(source: ChartSource): string | undefined {
  const { chart, repository = '', version, login } = source
  if (!chartName.test(chart)) {
    return `is no name of a chart in the repository ${repository}: expected letters, digits, ".", "_" and "-"`
  }
  const url = URL.parse(repository)
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    return `has the "chart-repository" "${repository}": expected a URL such as https://charts.example.com`
  }
  if (url.username !== '' || url.password !== '') {
    return 'has credentials in the URL of "chart-repository": give them by "chart-username" and "chart-password"'
  }
  if (login !== undefined && url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'would send its login over plain HTTP: give a "chart-repository" that begins with https://'
  }
  return version === undefined ? 'has no version: give the exact one by "chart-version"' : undefined
}
