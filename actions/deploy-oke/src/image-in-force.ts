import type { InputProblem } from '@oke-pipeline/core'
import { pinnedReferenceKind } from '@oke-pipeline/image'
import { pinnedName, recordsInForce } from '@oke-pipeline/kubernetes'
import type { Cluster, ReleaseRecord } from '@oke-pipeline/kubernetes'
import type { CompleteInputs, Inputs } from './declaration.ts'

/** The image to go by and the release that it is of, or what is wrong with that. */
export interface ImageFinding {
  /** Nothing where no image was found, or was given and is not usable. */
  readonly inputs: Partial<Pick<CompleteInputs, 'image' | 'release'>>
  readonly problems: readonly InputProblem[]
}

const nothing: ImageFinding = { inputs: {}, problems: [] }

/**
 * The image that is given; where nothing is to be deployed and none is given, that of the release
 * in force: what drifts is compared with what runs.
 * @throws {@link ServiceError} when the records cannot be read.
 */
export async function findImage(
  inputs: Partial<Inputs>,
  cluster: Cluster | undefined,
): Promise<ImageFinding> {
  const { image, mode, namespace, release } = inputs
  // An input that is not usable is no key of the values: that is told already.
  if (!('image' in inputs) || mode === undefined) return nothing
  if (image !== undefined) return { inputs: { image }, problems: [] }
  if (mode === 'apply') return wrong('image', requiredToDeploy)
  if (cluster === undefined || namespace === undefined) return nothing
  const records = await recordsInForce(cluster, { namespace, release })
  const [record, ...others] = records
  if (record === undefined) return wrong('image', noneInForce({ namespace, release }))
  if (others.length > 0) return wrong('release', severalInForce(records))
  return { inputs: imageOf(record), problems: [] }
}

function wrong(input: string, problem: string): ImageFinding {
  return { inputs: {}, problems: [{ input, problem }] }
}

const requiredToDeploy =
  'is required to deploy: give the output `image` of push-ocir or promote. Only a plan can do with the one in force'

function noneInForce({
  namespace,
  release,
}: {
  readonly namespace: string
  readonly release: string | undefined
}): string {
  const which = release === undefined ? 'no release' : `no release "${release}"`
  return `is required, since ${which} is in force in the namespace "${namespace}" whose image a plan could go by`
}

function severalInForce(records: readonly ReleaseRecord[]): string {
  const names = records.map(({ release }) => `"${release}"`).join(', ')
  return `is required without "image", since ${records.length} releases are in force: ${names}`
}

function imageOf({ image, release }: ReleaseRecord): ImageFinding['inputs'] {
  return { release, image: pinnedReferenceKind().parse(pinnedName(image)) }
}
