import { ServiceError } from '@oke-pipeline/core'
import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { bindingFor, roleFor, rulesAllowing } from '../client/denied-access.ts'

/** All that the lock takes: whoever lacks one of these had better hear of all. */
const verbs = ['get', 'create', 'update']

/** The error for a lock that may not be looked at or taken; anything else as it was thrown. */
export function lockDenied(cluster: Cluster, thrown: unknown): unknown {
  if (!hasStatus(thrown, 403) || thrown.denied === undefined) return thrown
  const { denied } = thrown
  return new ServiceError({
    service: cluster.service,
    status: 403,
    title: `"${denied.user}" may not ${denied.verb} leases in the namespace "${denied.namespace ?? ''}"`,
    explanation:
      'A Lease is the lock that lets one run at a time deploy. Nothing has been changed.',
    remedy: `Add this rule to ${roleFor(denied)} that is bound to this user; docs/rbac/role.yaml of oke-pipeline has all that are needed.\n${rulesAllowing(verbs.map((verb) => ({ ...denied, verb })))}\n${bindingFor(denied)}`,
    cause: thrown,
  })
}
