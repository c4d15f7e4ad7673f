import { ServiceError, forEachBounded } from '@oke-pipeline/core'
import { isRefusal } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { bindingFor, roleFor, rulesAllowing } from '../client/denied-access.ts'
import type { DeniedAccess } from '../client/denied-access.ts'
import { fieldOf, objectsOf } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'

/** Something that its caller has to be allowed to do in a namespace. */
export interface Access {
  readonly verb: string
  readonly apiGroup: string
  readonly resource: string
  /** Of the one object that it is about; absent for a list, or what is yet to be made. */
  readonly name?: string | undefined
}

const questionsAtATime = 8

/**
 * Throws where the caller lacks rights, and names all of them at once: one question tells what
 * RBAC's rules allow; what they do not is asked for one by one, since OCI's own policies and names
 * in rules may allow it all the same.
 */
export async function refuseLackingAccess(
  cluster: Cluster,
  namespace: string,
  wanted: readonly Access[],
): Promise<void> {
  const lacking = await lackingAccess(cluster, namespace, wanted)
  if (lacking.length === 0) return
  const user = await userName(cluster)
  const denied = lacking.map((access): DeniedAccess => ({ user, namespace, ...access }))
  const [first] = denied
  if (first !== undefined) throw lackingError(cluster, first, denied)
}

async function lackingAccess(
  cluster: Cluster,
  namespace: string,
  wanted: readonly Access[],
): Promise<readonly Access[]> {
  try {
    const rules = await rulesIn(cluster, namespace)
    const open = wanted.filter((access) => !rules.some((rule) => allows(rule, access)))
    const lacking = new Set<Access>()
    await forEachBounded(open, { limit: questionsAtATime }, async (access) => {
      if (!(await isAllowed(cluster, namespace, access))) lacking.add(access)
    })
    return open.filter((access) => lacking.has(access))
  } catch (error) {
    // Who may not even ask hears of each right that is missing when it is needed.
    if (isRefusal(error)) return []
    throw error
  }
}

async function rulesIn(cluster: Cluster, namespace: string): Promise<readonly JsonObject[]> {
  const review = await cluster.review({
    apiGroup: 'authorization.k8s.io',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  })
  return objectsOf(fieldOf(review, 'status', 'resourceRules'))
}

function allows(rule: JsonObject, { verb, apiGroup, resource, name }: Access): boolean {
  const names = stringsIn(rule.resourceNames)
  return (
    isAmong(rule.verbs, verb) &&
    isAmong(rule.apiGroups, apiGroup) &&
    isAmong(rule.resources, resource) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  )
}

function isAmong(values: Json | undefined, wanted: string): boolean {
  const strings = stringsIn(values)
  return strings.includes('*') || strings.includes(wanted)
}

function stringsIn(values: Json | undefined): readonly string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : []
}

async function isAllowed(
  cluster: Cluster,
  namespace: string,
  { apiGroup, name, ...access }: Access,
): Promise<boolean> {
  const named = name === undefined ? {} : { name }
  const review = await cluster.review({
    apiGroup: 'authorization.k8s.io',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { namespace, group: apiGroup, ...access, ...named } },
  })
  return fieldOf(review, 'status', 'allowed') === true
}

/** As the cluster knows the caller; servers before Kubernetes 1.28 do not tell. */
async function userName(cluster: Cluster): Promise<string> {
  try {
    const apiGroup = 'authentication.k8s.io'
    const review = await cluster.review({ apiGroup, kind: 'SelfSubjectReview' })
    const name = fieldOf(review, 'status', 'userInfo', 'username')
    return typeof name === 'string' ? name : unknownUser
  } catch (error) {
    if (isRefusal(error)) return unknownUser
    throw error
  }
}

const unknownUser = '<user>'

function lackingError(
  cluster: Cluster,
  first: DeniedAccess,
  denied: readonly DeniedAccess[],
): ServiceError {
  return new ServiceError({
    service: cluster.service,
    status: 403,
    title: `"${first.user}" may not do all that a deployment to the namespace "${first.namespace ?? ''}" takes`,
    explanation: 'The rules below are missing. Nothing has been changed.',
    remedy: `Add them to ${roleFor(first)} that is bound to this user; docs/rbac/role.yaml of oke-pipeline has all that are needed.\n${rulesAllowing(denied)}\n${bindingFor(first)}`,
  })
}
