import type { Log } from '@oke-pipeline/core'
import { hasStatus } from '@oke-pipeline/kubernetes'
import type { Cluster } from '@oke-pipeline/kubernetes'

/** The first in which dry runs that find misspelt fields are stable. */
const oldest = { major: 1, minor: 27 } as const

/** Warns of a cluster that is older than what this action needs; goes on all the same. */
export async function warnOfOldServer(
  cluster: Pick<Cluster, 'service' | 'version'>,
  log: Pick<Log, 'warning'>,
): Promise<void> {
  const version = await versionOf(cluster)
  if (version === undefined || !isTooOld(version)) return
  log.warning(
    `The ${cluster.service} is of Kubernetes ${version}, older than v${oldest.major}.${oldest.minor}: what is applied and compared may be wrong there. Upgrade the cluster.`,
  )
}

async function versionOf(cluster: Pick<Cluster, 'version'>): Promise<string | undefined> {
  try {
    return await cluster.version()
  } catch (error) {
    // Everybody may ask, unless an administrator has taken that away.
    if (hasStatus(error, 401, 403, 404)) return undefined
    throw error
  }
}

function isTooOld(version: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version) ?? []
  if (major === undefined || minor === undefined) return false
  return Number(major) === oldest.major && Number(minor) < oldest.minor
}
