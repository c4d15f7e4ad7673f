import { authenticateClusterToken, startClusterGateway } from '@oke-pipeline/testing'
import type { ClusterGateway } from '@oke-pipeline/testing'
import { apiServerOf } from '../../../test/setup/api-server.ts'
import type { LabUnderTest } from '../../../test/setup/lab.ts'
import { cluster, startJob } from './job.ts'
import type { Job } from './job.ts'

/** A job whose cluster is the lab's, behind a gateway that takes tokens as OKE does. */
export interface ClusterJob extends Job {
  readonly gateway: ClusterGateway
}

/** Starts such a job; what the user may do in OCI are the grants, in the cluster its roles. */
export async function startClusterJob(
  lab: LabUnderTest,
  grants: readonly string[],
): Promise<ClusterJob> {
  const gateway = await startClusterGateway({
    target: await apiServerOf(lab),
    authenticate: (token) =>
      authenticateClusterToken(token, cluster, { identity: job.oci.identity, now: new Date() }),
  })
  const job = await startJob(grants, { api: gateway })
  return {
    ...job,
    gateway,
    async [Symbol.asyncDispose]() {
      await job[Symbol.asyncDispose]()
      await gateway[Symbol.asyncDispose]()
    },
  }
}
