import { accessReview, neededRules } from '@oke-pipeline/kubernetes'
import type { AccessReview, ReviewedRule } from '@oke-pipeline/kubernetes'
import { clusterAccess, clusterToken, ociClient } from '@oke-pipeline/oci'
import type { ClusterEndpoint, Ocid, OciIdentity, PrincipalPorts } from '@oke-pipeline/oci'
import { failed, fails, works } from './check.ts'
import type { Check, Checked } from './check.ts'

/** What the check of a cluster needs to know. */
export interface ClusterContext {
  readonly identity: OciIdentity
  readonly endpoint: ClusterEndpoint
  readonly namespaces: readonly string[]
  /** The policies that using the cluster takes. */
  readonly statements: readonly string[]
  /** The Role and its binding, for a namespace. */
  readonly role: (namespace: string) => string
  readonly ports: PrincipalPorts
}

/** Whether a cluster can be found, lets the identity in, and allows what deploy-oke does. */
export async function checkCluster(
  cluster: Ocid,
  context: ClusterContext,
): Promise<readonly Check[]> {
  const found = await findApi(cluster, context)
  if (found.value === undefined) return found.checks
  const entered = await enter(found.value, context)
  if (entered.value === undefined) return [...found.checks, ...entered.checks]
  const reviews = await Promise.all(
    context.namespaces.map((namespace) => checkNamespace(found.value, namespace, context)),
  )
  return [...found.checks, ...entered.checks, ...reviews.flat()]
}

async function findApi(
  cluster: Ocid,
  { identity, endpoint, statements, ports }: ClusterContext,
): Promise<Checked<AccessReview>> {
  const name = 'Find the cluster'
  try {
    const client = ociClient(identity.session, identity, ports)
    const access = await clusterAccess(client, cluster, endpoint)
    const { token } = await clusterToken(identity, cluster, ports.clock)
    ports.mask(token)
    const says = `Its API server is at ${access.server} (${endpoint}).`
    return { checks: [works(name, says)], value: accessReview({ ...access, token }, ports) }
  } catch (error) {
    return { checks: [failed(name, error, statements)], value: undefined }
  }
}

async function enter(
  review: AccessReview,
  { endpoint, statements }: ClusterContext,
): Promise<Checked<string>> {
  const name = 'Talk to the API server'
  try {
    const user = (await review.userName()) ?? 'a user whose name it does not tell'
    return { checks: [works(name, `It knows the identity as ${user}.`)], value: user }
  } catch (error) {
    const isLetIn = statusOf(error) !== 401
    const fixes = isLetIn ? reachFixes(endpoint) : statements
    return { checks: [failed(name, error, fixes)], value: undefined }
  }
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined
}

function reachFixes(endpoint: ClusterEndpoint): readonly string[] {
  return endpoint === 'public'
    ? ['cluster-endpoint: private # where the cluster has no public endpoint']
    : ['runs-on: [self-hosted] # a runner within the network of the cluster']
}

async function checkNamespace(
  review: AccessReview | undefined,
  namespace: string,
  { role }: ClusterContext,
): Promise<readonly Check[]> {
  const name = `Deploy to ${namespace}`
  try {
    const reviewed = (await review?.missing(neededRules, namespace)) ?? []
    const isComplete = reviewed.every(({ missing }) => missing.length === 0)
    if (isComplete) return [works(name, 'Every rule of the Role is there.')]
    // One Role has all of them: it is told once, at the first that is missing.
    let fixes: readonly string[] = [role(namespace)]
    return reviewed.map((rule) => {
      const check = ruleCheck(name, rule, fixes)
      if (check.outcome === 'fails') fixes = []
      return check
    })
  } catch (error) {
    return [failed(name, error)]
  }
}

function ruleCheck(name: string, { rule, missing }: ReviewedRule, fixes: readonly string[]): Check {
  const title = `${name}: ${rule.resources.join(', ')}`
  if (missing.length === 0) return works(title, `It may ${rule.verbs.join(', ')}.`)
  const byVerb = Map.groupBy(missing, ({ verb }) => verb)
  const lacks = [...byVerb].map(
    ([verb, things]) => `${verb} ${things.map(({ resource }) => resource).join(', ')}`,
  )
  return fails(title, `It may not ${lacks.join('; ')}.`, fixes)
}
