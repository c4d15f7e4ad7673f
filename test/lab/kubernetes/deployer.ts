import type { GroupDetails } from '../group.ts'
import { type ApiClient, createApiClient } from './api-client.ts'
import { renderKubeconfig } from './kubeconfig.ts'

const name = 'deployer'
const tokenLifetimeSeconds = 24 * 60 * 60

const everything = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']
const looking = ['get', 'list', 'watch']

/** What deploying an application takes, in its own namespace and nowhere else. */
const rules = [
  {
    apiGroups: ['apps'],
    resources: ['deployments', 'statefulsets', 'daemonsets'],
    verbs: everything,
  },
  { apiGroups: ['apps'], resources: ['replicasets', 'controllerrevisions'], verbs: looking },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: everything },
  {
    apiGroups: [''],
    resources: ['services', 'configmaps', 'secrets', 'serviceaccounts', 'persistentvolumeclaims'],
    verbs: everything,
  },
  { apiGroups: [''], resources: ['pods', 'pods/log', 'events'], verbs: looking },
  { apiGroups: [''], resources: ['pods'], verbs: ['delete'] },
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['ingresses', 'networkpolicies'],
    verbs: everything,
  },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: everything },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: everything },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: everything },
]

/**
 * Makes a namespace (if need be) and in it a service account with the rights that deploying takes, and gives a
 * kubeconfig of that account: what a user would give to deploy-oke.
 */
export async function createDeployer(
  kubernetes: GroupDetails['kubernetes'],
  namespace: string,
): Promise<string> {
  const client = await createApiClient(kubernetes, kubernetes.admin)
  await client.apply(`/api/v1/namespaces/${namespace}`, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  })
  await grantRights(client, namespace)
  return renderKubeconfig(
    kubernetes,
    { name, token: await requestToken(client, namespace) },
    namespace,
  )
}

async function grantRights(client: ApiClient, namespace: string): Promise<void> {
  const metadata = { name, namespace }
  const rbac = 'rbac.authorization.k8s.io'
  const rbacPath = `/apis/${rbac}/v1/namespaces/${namespace}`
  await client.apply(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata,
  })
  await client.apply(`${rbacPath}/roles/${name}`, {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata,
    rules,
  })
  await client.apply(`${rbacPath}/rolebindings/${name}`, {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  })
}

async function requestToken(client: ApiClient, namespace: string): Promise<string> {
  const answer = await client.post(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: tokenLifetimeSeconds },
    },
  )
  if (isTokenAnswer(answer)) return answer.status.token
  throw new Error(
    `The API server gave no token for the service account "${name}" of namespace "${namespace}".`,
  )
}

function isTokenAnswer(answer: unknown): answer is { readonly status: { readonly token: string } } {
  if (typeof answer !== 'object' || answer === null || !('status' in answer)) return false
  const { status } = answer
  return typeof status === 'object' && status !== null && 'token' in status
}
