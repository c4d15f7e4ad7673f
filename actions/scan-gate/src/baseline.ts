import { CancelledError, ConfigurationError, ReportedError } from '@oke-pipeline/core'
import {
  defaultReleaseName,
  environmentNamed,
  promotableImage,
  readEnvironments,
} from '@oke-pipeline/delivery'
import type { Environment } from '@oke-pipeline/delivery'
import { formatReference, isPinned, parseReference } from '@oke-pipeline/image'
import type { PinnedReference } from '@oke-pipeline/image'
import { baselineOf, readFindings, unusableBaseline } from '@oke-pipeline/scan'
import type { Baseline, Finding, Scanner } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import type { GatePorts } from './gate-ports.ts'
import { pullImage } from './open-target.ts'
import { scanImage } from './scan-images.ts'

/** What finding the baseline needs to know. */
export interface BaselineRequest {
  readonly inputs: Inputs
  readonly scanners: readonly Scanner[]
}

/**
 * The findings to compare with. One that cannot be had is no reason to open the gate, nor to close
 * it: the policy says what it means.
 */
export async function findBaseline(
  request: BaselineRequest,
  ports: GatePorts,
): Promise<Baseline | undefined> {
  const source = sourceOf(request.inputs)
  if (source === undefined) return undefined
  try {
    return baselineOf(
      await ports.log.group(`Baseline: ${source.name}`, () => source.find(request, ports)),
      source.name,
    )
  } catch (error) {
    if (!(error instanceof ReportedError) || error instanceof CancelledError) throw error
    return unusableBaseline(source.name, `${error.title}: ${error.explanation}`)
  }
}

interface Source {
  readonly name: string
  readonly find: (request: BaselineRequest, ports: GatePorts) => Promise<readonly Finding[]>
}

function sourceOf(inputs: Inputs): Source | undefined {
  const image = inputs['baseline-image']
  const report = inputs['baseline-report']
  const environment = inputs['baseline-environment']
  if (image !== undefined) {
    const find: Source['find'] = (request, ports) => findingsOf(image, request, ports)
    return { name: formatReference(image), find }
  }
  if (report !== undefined) {
    const find: Source['find'] = async (_, { files }) =>
      readFindings(await files.readText(report), `"${report}"`)
    return { name: report, find }
  }
  if (environment === undefined) return undefined
  return {
    name: `environment ${environment}`,
    find: async (request, ports) =>
      findingsOf(await imageIn(environment, inputs, ports), request, ports),
  }
}

/** An image is compared by today's database: what has become known since is no change of ours. */
async function findingsOf(
  reference: PinnedReference,
  { inputs, scanners }: BaselineRequest,
  ports: GatePorts,
): Promise<readonly Finding[]> {
  const layout = await pullImage(reference, inputs, ports)
  const unbound = { ...inputs, sbom: undefined }
  const scan = { layout, scanners, inputs: unbound, dockerfile: undefined }
  return (await scanImage(scan, ports)).findings
}

/** The image that an environment is seen to run, by the cluster's own word. */
async function imageIn(name: string, inputs: Inputs, ports: GatePorts): Promise<PinnedReference> {
  const file = inputs['environments-file']
  const environment = environmentNamed(await readEnvironments(ports.files, file), name)
  const observed = await ports.observe(inputs, {
    namespace: environment.namespace,
    release: releaseOf(environment, inputs),
  })
  const reference = parseReference(promotableImage({ environment, observed }).image)
  if (isPinned(reference)) return reference
  throw new Error(`The image of "${name}" has no digest`)
}

/** As deploy-oke has it: that of the environments file, else one made of the image's name. */
function releaseOf({ name, release }: Environment, { image }: Inputs): string {
  if (release !== undefined) return release
  if (image !== undefined) return defaultReleaseName(image.repository)
  throw new ConfigurationError({
    title: `Which release of "${name}" to compare with is not known`,
    explanation: `"${name}" has no "release" in the environments file, and a layout has no name.`,
    remedy: `Add "release" to "${name}" in the environments file.`,
  })
}
