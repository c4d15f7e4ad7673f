import type { InputProblem } from '@oke-pipeline/core'
import { repositoryName } from '@oke-pipeline/image'
import {
  chartProblems,
  customResourceProblems,
  duplicatesIn,
  formatPlace,
  isInForce,
  hookProblems,
  joinReadings,
  patchManifests,
  putImage,
  putPullSecret,
  readCommandOutput,
  readManifests,
  renderChart,
  unpinnedIn,
} from '@oke-pipeline/kubernetes'
import type {
  ChartSource,
  Cluster,
  ImageToPut,
  Manifest,
  ManifestProblem,
  Rendering,
  Substitution,
} from '@oke-pipeline/kubernetes'
import type { CompleteInputs, Inputs } from './declaration.ts'
import { pullSecretOf } from './pull-secret.ts'
import { releaseOf } from './release-of.ts'
import type { SourcePorts } from './source-ports.ts'
import { declaredVariables } from './substitution-of.ts'

/** What the inputs say is to be deployed, and all that is wrong with it. */
export interface Sources {
  readonly manifests: readonly Manifest[]
  readonly problems: readonly InputProblem[]
  /** Those of the problems that have a place in a file. */
  readonly misplaced: readonly ManifestProblem[]
}

/** Reads what needs no cluster: the manifests; of a chart it finds out what is wrong so far. */
export async function readSources(inputs: Partial<Inputs>, runner: SourcePorts): Promise<Sources> {
  const { substitution, problems } = declaredVariables(inputs, runner)
  const chart = chartOf(inputs, substitution)
  // References to variables that have no value would be told a second time.
  const paths = problems.length > 0 ? [] : (inputs.manifests ?? [])
  const read = await readManifests(paths, runner, substitution)
  const written = await Promise.all(
    (inputs['manifest-command'] ?? []).map((command) => readCommandOutput(command, runner)),
  )
  const made = joinReadings(written)
  const manifests = [...read.manifests, ...made.manifests]
  const faults =
    chart === undefined || problems.length > 0 ? [] : await chartProblems(chart, runner)
  return joinSources([
    {
      manifests: [],
      misplaced: [],
      problems: [...problems, ...missingSource(inputs), ...chartLoginProblems(inputs)],
    },
    { ...sourcesOf('manifests', read.problems), manifests },
    sourcesOf('manifest-command', made.problems),
    sourcesOf('manifests', [
      ...duplicatesIn(manifests, inputs.namespace),
      ...hookProblems(manifests),
    ]),
    sourcesOf('chart', faults),
  ])
}

/** Adds what the chart renders to for the cluster, patches all of it, and puts the image in. */
export async function completeSources(
  read: Sources,
  inputs: Partial<Inputs>,
  { cluster, runner }: { readonly cluster: Cluster | undefined; readonly runner: SourcePorts },
): Promise<Sources> {
  const { image, namespace } = inputs
  const { substitution } = declaredVariables(inputs, runner)
  const chart = chartOf(inputs, substitution)
  // The place for the image may be in what could not be read.
  if (image === undefined || read.problems.length > 0) return read
  if (chart === undefined) return patchedWithImage(read, { ...inputs, image }, runner)
  if (cluster === undefined || namespace === undefined) return read
  const rendering = await renderingFor({ ...inputs, image, namespace }, cluster)
  const rendered = await renderChart(chart, rendering, runner)
  const manifests = [...read.manifests, ...rendered.manifests]
  const problems = [...rendered.problems, ...duplicatesIn(manifests, namespace)]
  const all = { ...sourcesOf('chart', problems), manifests }
  return problems.length > 0 ? all : patchedWithImage(all, { ...inputs, image }, runner)
}

async function patchedWithImage(
  { manifests }: Sources,
  inputs: Partial<Inputs> & Pick<CompleteInputs, 'image'>,
  runner: SourcePorts,
): Promise<Sources> {
  const { substitution } = declaredVariables(inputs, runner)
  const patched = await patchManifests(manifests, inputs.patches ?? [], {
    ports: runner,
    substitution,
  })
  if (patched.problems.length > 0) {
    return { ...sourcesOf('patches', patched.problems), manifests }
  }
  return withImage(patched.manifests, inputs)
}

function withImage(
  manifests: readonly Manifest[],
  inputs: Partial<Inputs> & Pick<CompleteInputs, 'image'>,
): Sources {
  const put = putImage(manifests, imageToPut(inputs), inputs.images ?? [])
  const unpinned = inputs['require-digests'] === true ? unpinnedIn(put.manifests) : []
  const refused = customResourceProblems(put.manifests)
  const input = inputs.manifests === undefined ? 'chart' : 'manifests'
  const secret = pullSecretOf(inputs)
  const placed = secret === undefined ? put.manifests : putPullSecret(put.manifests, secret)
  return { ...sourcesOf(input, [...put.problems, ...unpinned, ...refused]), manifests: placed }
}

/** Problems of one input, and those of them that can be shown beside a file. */
export function sourcesOf(input: string, misplaced: readonly ManifestProblem[]): Sources {
  const problems = misplaced.map(({ place, problem }) => {
    const where = place.file === '' ? '' : `${formatPlace(place)} `
    return { input, problem: `${where}${problem}` }
  })
  return { manifests: [], problems, misplaced }
}

function joinSources(all: readonly Sources[]): Sources {
  return {
    manifests: all.flatMap(({ manifests }) => manifests),
    problems: all.flatMap(({ problems }) => problems),
    misplaced: all.flatMap(({ misplaced }) => misplaced),
  }
}

function chartOf(
  inputs: Partial<Inputs>,
  substitution: Substitution | undefined,
): ChartSource | undefined {
  const { chart } = inputs
  if (chart === undefined) return undefined
  return {
    chart,
    repository: inputs['chart-repository'],
    version: inputs['chart-version'],
    digest: inputs['chart-digest'],
    login: chartLoginOf(inputs),
    valueFiles: inputs.values ?? [],
    values: inputs['set-values'],
    substitution,
  }
}

function chartLoginOf({
  'chart-username': username,
  'chart-password': password,
}: Partial<Inputs>): ChartSource['login'] {
  return username === undefined || password === undefined ? undefined : { username, password }
}

function chartLoginProblems(inputs: Partial<Inputs>): readonly InputProblem[] {
  const pair = ['chart-username', 'chart-password'] as const
  const missing = pair.filter((input) => inputs[input] === undefined)
  if (missing.length !== 1) return []
  return missing.map((input) => ({
    input,
    problem: 'is required: "chart-username" and "chart-password" are one login',
  }))
}

/** Settings of a chart without a chart were meant for something. */
const chartSettings = [
  'chart-repository',
  'chart-version',
  'chart-digest',
  'chart-username',
  'chart-password',
  'values',
  'set-values',
  'image-value',
  'helm-version',
] as const

/** An input that is given and not usable is no key of the values: that is told already. */
function missingSource(inputs: Partial<Inputs>): readonly InputProblem[] {
  if (inputs.chart !== undefined || !('chart' in inputs)) return []
  const without = chartSettings
    .filter((input) => inputs[input] !== undefined)
    .map((input) => ({ input, problem: 'is for a Helm chart: give it by "chart"' }))
  const others = ['manifests', 'manifest-command'] as const
  if (others.some((input) => inputs[input] !== undefined || !(input in inputs))) return without
  const problem = 'is required: give manifests, or a Helm chart by "chart"'
  return [...without, { input: 'manifests', problem }]
}

function imageToPut(inputs: Partial<Inputs> & Pick<CompleteInputs, 'image'>): ImageToPut {
  const { image } = inputs
  return {
    repository: repositoryName(image),
    digest: image.digest,
    placeholder: inputs['image-name'],
    containers: inputs['image-containers'] ?? [],
    paths: inputs['image-paths'] ?? [],
  }
}

async function renderingFor(
  inputs: Partial<Inputs> & Pick<CompleteInputs, 'image' | 'namespace'>,
  cluster: Cluster,
): Promise<Rendering> {
  const { image, namespace, 'image-value': path } = inputs
  const name = releaseOf({ image, release: inputs.release })
  const [capabilities, isUpgrade] = await Promise.all([
    cluster.capabilities(),
    isInForce(cluster, { namespace, release: name }),
  ])
  return {
    release: { name, namespace, isUpgrade, capabilities },
    imageValue: path === undefined ? undefined : { path, image: imageToPut(inputs) },
    helmVersion: inputs['helm-version'],
  }
}
