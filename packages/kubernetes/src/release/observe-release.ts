import { ConfigurationError } from '@oke-pipeline/core'
import type { Cluster } from '../client/cluster.ts'
import { containerImagesOf, isWorkload } from '../manifest/pod-template.ts'
import { nameOf } from '../object.ts'
import { observe } from '../readiness/observe.ts'
import { statesOf } from '../readiness/wait-until-ready.ts'
import type { WorkloadState } from '../readiness/workload-state.ts'
import { currentOf, readHistory } from './history.ts'
import type { ReleaseRecord } from './record.ts'
import { wantedImageOf } from './wanted-image.ts'

/** What a release is seen to run right now. */
export interface ObservedRelease {
  readonly release: string
  readonly revision: number
  /** The digest that every pod of every workload verifiably runs; absent when one does not. */
  readonly digest: string | undefined
  /** `repository@digest`, under the same condition. */
  readonly image: string | undefined
  /** Further digests by which nodes may report the image, those of its platforms. */
  readonly platformDigests: readonly string[]
  /** Whether every workload is ready, too. */
  readonly isReady: boolean
  readonly workloads: readonly WorkloadState[]
  /** What speaks against it, one line for each workload. */
  readonly problems: readonly string[]
  readonly source: ReleaseRecord['source']
  /** When the release was put in force, in UTC. */
  readonly deployedAt: string | undefined
}

/** Which release to look at: without a name, the only one of the namespace. */
export interface ReleaseQuery {
  readonly namespace: string
  readonly release?: string | undefined
}

/**
 * Looks at what the pods of the release in force run: not at a tag, and not at what was applied.
 * @throws {@link ConfigurationError} when no release of this name is in force in the namespace, or
 * when there are several to choose from.
 */
export async function observeRelease(
  cluster: Cluster,
  address: ReleaseQuery,
): Promise<ObservedRelease> {
  const record = await recordInForce(cluster, address)
  const image = wantedImageOf(record.image)
  const observation = await observe(cluster, {
    namespace: address.namespace,
    objects: record.objects.filter(isWorkload),
    withEvents: false,
  })
  const workloads = statesOf(observation, { image })
  const unready = workloads.filter(({ phase }) => phase !== 'ready')
  const isRun = workloads.some(({ digests }) => digests.length > 0)
  const problems = [
    ...unready.map(({ reference, message }) => `${nameOf(reference)}: ${message}`),
    ...(isRun ? [] : [`No pod runs ${image.image}`]),
    ...strangersIn(workloads, record),
  ]
  const isVerified = problems.length === 0
  return {
    release: record.release,
    revision: record.revision,
    digest: isVerified ? record.image.digest : undefined,
    image: isVerified ? image.image : undefined,
    platformDigests: record.image.observable.filter((digest) => digest !== record.image.digest),
    isReady: unready.length === 0,
    workloads,
    problems,
    source: record.source,
    deployedAt: record.finishedAt,
  }
}

async function recordInForce(cluster: Cluster, query: ReleaseQuery): Promise<ReleaseRecord> {
  const history = await readHistory(cluster, query)
  const names = [...new Set(history.map(({ release }) => release))].sort()
  if (query.release === undefined && names.length > 1) throw severalReleases(query, names)
  const record = currentOf(history)
  if (record === undefined) throw nothingDeployed(cluster, query)
  return record
}

function severalReleases(
  { namespace }: ReleaseQuery,
  names: readonly string[],
): ConfigurationError {
  return new ConfigurationError({
    title: `The namespace "${namespace}" has several releases`,
    explanation: `They are ${names.map((name) => JSON.stringify(name)).join(', ')}.`,
    remedy: 'Name the one that is meant by "release".',
  })
}

/** Workloads whose pods run something that the release did not bring. */
function strangersIn(
  workloads: readonly WorkloadState[],
  record: ReleaseRecord,
): readonly string[] {
  const { digests: known, image } = wantedImageOf(record.image)
  const withImage = record.objects.filter((object) =>
    containerImagesOf(object).some((found) => found.image === image),
  )
  return workloads
    .filter(({ reference }) =>
      withImage.some(
        ({ kind, metadata }) => kind === reference.kind && metadata.name === reference.name,
      ),
    )
    .flatMap(({ reference, digests }) => {
      const strangers = digests.filter((digest) => !known.includes(digest))
      return strangers.length === 0 ? [] : [`${nameOf(reference)} runs ${strangers.join(', ')}`]
    })
}

function nothingDeployed(
  cluster: Cluster,
  { namespace, release }: ReleaseQuery,
): ConfigurationError {
  const name = release === undefined ? 'release' : `release "${release}"`
  return new ConfigurationError({
    title: `No ${name} is in force in the namespace "${namespace}"`,
    explanation: `The ${cluster.service} holds no record of a successful deployment of that name there.`,
    remedy: 'Deploy it with deploy-oke first, or correct "namespace" and "release".',
  })
}
