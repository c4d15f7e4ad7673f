/** What deploy-oke must be allowed to do in the namespace that it deploys to, as RBAC has it. */
export interface NeededRule {
  /** What the rule is for: whole sentences. */
  readonly why: string
  /** Empty for the core group. */
  readonly apiGroup: string
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const ofRelease = ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const

/**
 * Every rule that deploy-oke, promote and rollback use; nothing else. The Role in deploy-oke's
 * README, the one that oci-auth generates and what its check asks the API server are made of it.
 */
export const neededRules: readonly NeededRule[] = [
  {
    why: 'The objects of the release. Secrets also hold the release history.',
    apiGroup: '',
    resources: ['secrets', 'configmaps', 'services', 'serviceaccounts', 'persistentvolumeclaims'],
    verbs: ofRelease,
  },
  {
    why: 'Workloads.',
    apiGroup: 'apps',
    resources: ['deployments', 'statefulsets', 'daemonsets'],
    verbs: ofRelease,
  },
  { why: 'Jobs.', apiGroup: 'batch', resources: ['jobs', 'cronjobs'], verbs: ofRelease },
  {
    why: 'How the workloads are reached.',
    apiGroup: 'networking.k8s.io',
    resources: ['ingresses', 'networkpolicies'],
    verbs: ofRelease,
  },
  {
    why: 'How the workloads are scaled.',
    apiGroup: 'autoscaling',
    resources: ['horizontalpodautoscalers'],
    verbs: ofRelease,
  },
  {
    why: 'How the workloads may be disrupted.',
    apiGroup: 'policy',
    resources: ['poddisruptionbudgets'],
    verbs: ofRelease,
  },
  {
    why: 'The lock: one run at a time deploys a release.',
    apiGroup: 'coordination.k8s.io',
    resources: ['leases'],
    verbs: ['get', 'create', 'update'],
  },
  {
    why: 'To see what runs, and why it does not. Broken pods of a StatefulSet block its update until they are deleted. Created are pods in dry runs only, to ask Pod Security; without it, it does not ask.',
    apiGroup: '',
    resources: ['pods'],
    verbs: ['get', 'list', 'watch', 'create', 'delete'],
  },
  {
    why: 'What the cluster says of what does not run.',
    apiGroup: '',
    resources: ['events'],
    verbs: ['list', 'watch'],
  },
  {
    why: 'The last lines of a container that failed.',
    apiGroup: '',
    resources: ['pods/log'],
    verbs: ['get'],
  },
  {
    why: 'Which pods belong to which revision.',
    apiGroup: 'apps',
    resources: ['replicasets'],
    verbs: ['get', 'list', 'watch'],
  },
  {
    why: 'Whether Services have endpoints; without this rule it does not look.',
    apiGroup: 'discovery.k8s.io',
    resources: ['endpointslices'],
    verbs: ['list', 'watch'],
  },
  {
    why: 'To tell a namespace that does not exist from one that may not be seen.',
    apiGroup: '',
    resources: ['namespaces'],
    verbs: ['get'],
  },
]
