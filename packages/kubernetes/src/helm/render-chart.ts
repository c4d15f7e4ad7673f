import { basename, join } from 'node:path'
import type { Exec, Files } from '@oke-pipeline/core'
import { parse } from 'yaml'
import { isJsonObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { ManifestProblem, Reading } from '../manifest/manifest.ts'
import type { ImageToPut } from '../manifest/put-image.ts'
import { kubernetesYaml } from '../manifest/yaml-dialect.ts'
import type { ProgramPorts } from '../program/obtain-version.ts'
import { mergedValues, readChartValues } from './chart-values.ts'
import type { ValuesLayer } from './chart-values.ts'
import { originOf } from './chart.ts'
import type { ChartRelease, ChartSource } from './chart.ts'
import { chartSourceProblem } from './check-chart-source.ts'
import { fetchChart } from './fetch-chart.ts'
import type { FetchedChart } from './fetch-chart.ts'
import { findHelm } from './find-helm.ts'
import { withOurHooks } from './hooks.ts'
import { valuesOfImage } from './image-value.ts'
import { renderProblems } from './render-problems.ts'
import type { FileOf } from './render-problems.ts'
import { parseRendered } from './rendered-chart.ts'
import { chartArguments, templateArguments } from './template-arguments.ts'
import type { PreparedChart } from './template-arguments.ts'

/** A value of the chart that is to name the image. */
export interface ImageInValue {
  /** `image`, or `web.image`. */
  readonly path: string
  readonly image: ImageToPut
}

/** What a chart is rendered with, besides its values. */
export interface Rendering {
  readonly release: ChartRelease
  readonly imageValue: ImageInValue | undefined
  /** The version of Helm that renders it; undefined for the one in PATH. */
  readonly helmVersion: string | undefined
}

/** Fetching a chart from far away takes the most of it. */
const renderTimeoutSeconds = 180

/** Finds out what is wrong with a chart and its values as far as that can be seen without Helm. */
export async function chartProblems(
  source: ChartSource,
  { files }: Pick<ProgramPorts, 'files'>,
): Promise<readonly ManifestProblem[]> {
  const problem = chartSourceProblem(source) ?? (await pathProblem(source, files))
  const { problems } = await readChartValues(source, files)
  return [
    ...(problem === undefined ? [] : [{ place: { file: source.chart }, problem }]),
    ...problems,
  ]
}

async function pathProblem(source: ChartSource, files: Files): Promise<string | undefined> {
  if (originOf(source) !== 'path') return undefined
  switch (await files.kindOf(source.chart)) {
    case 'absent':
      return 'does not exist: give the path of a chart, oci://…, or a name and "chart-repository"'
    case 'outside':
      return 'lies outside the workspace'
    case 'file':
      return source.chart.endsWith('.tgz') ? undefined : 'is neither a folder nor a .tgz of a chart'
    case 'folder':
      return (await files.kindOf(join(source.chart, 'Chart.yaml'))) === 'file'
        ? undefined
        : 'is no Helm chart: it has no Chart.yaml'
  }
}

/**
 * Renders a chart by `helm template`, for the cluster and the release that it is for; tests, and
 * hooks that never run here are left out. Values reach Helm in files of this action's own, never on
 * its command line.
 * @throws {@link ConfigurationError} when there is no Helm.
 */
export async function renderChart(
  source: ChartSource,
  rendering: Rendering,
  ports: ProgramPorts,
): Promise<Reading> {
  const problems = await chartProblems(source, ports)
  if (problems.length > 0) return { manifests: [], problems }
  const helm = await findHelm(rendering.helmVersion, ports)
  const cacheFolder = await ports.files.temporaryFolder('helm-cache')
  const run: HelmRun = { source, helm, cacheFolder, ports }
  const chart = await prepareChart(run, rendering)
  if ('problems' in chart) return chart
  const { exitCode, stdout, stderr } = await runHelm(
    run,
    templateArguments(chart, rendering.release),
  )
  if (exitCode !== 0) return failing(run, stderr)
  return withOurHooks(parseRendered(stdout, fileNaming(source)), ports.log)
}

interface HelmRun {
  readonly source: ChartSource
  readonly helm: string
  /** Helm keeps what it pulls, which may be private, beyond the job. */
  readonly cacheFolder: string
  readonly ports: ProgramPorts
}

function runHelm(
  { helm, cacheFolder, ports }: HelmRun,
  args: readonly string[],
): ReturnType<Exec['run']> {
  const environment = { HELM_CACHE_HOME: cacheFolder }
  return ports.exec.run({ file: helm, args, environment, timeoutSeconds: renderTimeoutSeconds })
}

function failing({ source }: HelmRun, stderr: string): Reading {
  const { chart } = source
  return { manifests: [], problems: renderProblems({ chart, stderr, fileOf: fileNaming(source) }) }
}

async function prepareChart(
  run: HelmRun,
  { imageValue }: Rendering,
): Promise<PreparedChart | Reading> {
  const { source, ports } = run
  const found = await locateChart(run)
  if ('problem' in found) {
    return { manifests: [], problems: [{ place: { file: source.chart }, ...found }] }
  }
  const { layers } = await readChartValues(source, ports.files)
  const registryConfig = await writeLogin(source, ports.files)
  const chart = { source, reference: found.path, valueFiles: [], registryConfig }
  const image = await layerOfImage(run, { chart, layers, imageValue })
  if ('problems' in image) return image
  const valueFiles = await writeLayers([...layers, ...image.layers], ports.files)
  return { ...chart, valueFiles }
}

/** What Helm gets for the chart; those of a registry it pulls by itself. */
async function locateChart({ source, ports }: HelmRun): Promise<FetchedChart> {
  switch (originOf(source)) {
    case 'path':
      return { path: await ports.files.locate(source.chart) }
    case 'oci':
      return { path: source.chart }
    case 'repository':
      return fetchChart(source, ports)
  }
}

/** Helm takes the login for a registry from a file as Docker has it, and not only by arguments. */
async function writeLogin(source: ChartSource, files: Files): Promise<string | undefined> {
  const { chart, login } = source
  if (login === undefined || originOf(source) !== 'oci') return undefined
  const [host = ''] = chart.replace('oci://', '').split('/')
  const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64')
  return files.writeSecret('registry.json', JSON.stringify({ auths: { [host]: { auth } } }))
}

async function writeLayers(
  layers: readonly ValuesLayer[],
  files: Files,
): Promise<readonly string[]> {
  const named = layers.map(({ text }, index) => ({ name: `values-${index}.yaml`, text }))
  return Promise.all(named.map(({ name, text }) => files.writeSecret(name, text)))
}

interface ImageLayerRequest {
  readonly chart: PreparedChart
  readonly layers: readonly ValuesLayer[]
  readonly imageValue: ImageInValue | undefined
}

/** The values that name the image, over those that the chart and the user have. */
async function layerOfImage(
  run: HelmRun,
  { chart, layers, imageValue }: ImageLayerRequest,
): Promise<{ readonly layers: readonly ValuesLayer[] } | Reading> {
  if (imageValue === undefined) return { layers: [] }
  const shown = await runHelm(run, ['show', 'values', ...chartArguments(chart)])
  if (shown.exitCode !== 0) return failing(run, shown.stderr)
  const values = mergedValues([defaultsIn(shown.stdout), ...layers.map(({ content }) => content)])
  const content = valuesOfImage(imageValue.path, values, imageValue.image)
  if (content !== undefined) return { layers: [{ text: JSON.stringify(content), content }] }
  const problem = `has neither a mapping nor a text as its value "${imageValue.path}", where "image-value" wants the image to be`
  return { manifests: [], problems: [{ place: { file: run.source.chart }, problem }] }
}

function defaultsIn(text: string): JsonObject {
  const values = parse(text, kubernetesYaml) as unknown
  return isJsonObject(values) ? values : {}
}

/** Helm names templates after the chart; users know a chart in their repository by its path. */
function fileNaming(source: ChartSource): FileOf {
  if (originOf(source) !== 'path') return (template) => template
  const folder = source.chart.replace(/\/+$/, '')
  if (basename(folder).endsWith('.tgz')) return (template) => `${folder}:${template}`
  return (template) => join(folder, template.slice(template.indexOf('/') + 1))
}
