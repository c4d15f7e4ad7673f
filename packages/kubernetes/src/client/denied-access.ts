/** What RBAC did not allow, and to whom. */
export interface DeniedAccess {
  readonly user: string
  readonly verb: string
  /** With its subresource: `pods/log`. */
  readonly resource: string
  readonly apiGroup: string
  /** Absent for cluster-scoped resources. */
  readonly namespace: string | undefined
}

const refusal =
  /User "(?<user>[^"]*)" cannot (?<verb>\S+) resource "(?<resource>[^"]*)" in API group "(?<apiGroup>[^"]*)"(?: in the namespace "(?<namespace>[^"]*)"| at the cluster scope)/

/** Reads the API server's sentence about access denied by RBAC; undefined for other refusals. */
export function parseDeniedAccess(message: string): DeniedAccess | undefined {
  const groups = refusal.exec(message)?.groups
  if (groups === undefined) return undefined
  const { user = '', verb = '', resource = '', apiGroup = '', namespace } = groups
  return { user, verb, resource, apiGroup, namespace }
}

/** The rules of a Role, as YAML, that would allow what was denied: one for each API group. */
export function rulesAllowing(denied: readonly DeniedAccess[]): string {
  const rules = new Map<string, { resource: string; apiGroup: string; verbs: Set<string> }>()
  for (const { verb, resource, apiGroup } of denied) {
    const key = `${apiGroup}/${resource}`
    const rule = rules.get(key) ?? { resource, apiGroup, verbs: new Set<string>() }
    rule.verbs.add(verb)
    rules.set(key, rule)
  }
  return [...rules.values()].map(ruleLine).join('\n')
}

function ruleLine(rule: {
  readonly resource: string
  readonly apiGroup: string
  readonly verbs: ReadonlySet<string>
}): string {
  const verbs = [...rule.verbs].sort().map((verb) => JSON.stringify(verb))
  return `- {apiGroups: ["${rule.apiGroup}"], resources: ["${rule.resource}"], verbs: [${verbs.join(', ')}]}`
}

/** Where the rules belong: a Role of a namespace, or a ClusterRole. */
export function roleFor({ namespace }: DeniedAccess): string {
  return namespace === undefined ? 'a ClusterRole' : `a Role in the namespace "${namespace}"`
}

/** The command that binds a role to the user that was denied, by the name that the cluster has for it. */
export function bindingFor({ user, namespace }: DeniedAccess): string {
  const isSafe = /^[\w@:./-]+$/.test(user)
  const subject = `--user ${isSafe ? user : `'${user.replaceAll("'", "'\\''")}'`}`
  return namespace === undefined
    ? `kubectl create clusterrolebinding <name> --clusterrole <role> ${subject}`
    : `kubectl create rolebinding <name> --namespace ${namespace} --role <role> ${subject}`
}
