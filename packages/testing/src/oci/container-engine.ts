import type { FakeIdentity } from './fake-identity.ts'
import type { OciResponse } from './oci-request.ts'
import { bodyOf, failure, isAllowed, notFound } from './service.ts'
import type { FakeService, ServiceRequest } from './service.ts'
import { SignatureProblem, verifySignature } from './verify-signature.ts'

/** A cluster of OKE. */
export interface FakeCluster {
  readonly id: string
  /** Its public endpoint. */
  readonly server: string
  /** Whether it has a public endpoint; true by default. */
  readonly isPublic?: boolean
  /** `ACTIVE` by default. */
  readonly state?: string
  /** Its private endpoint, where that is another address. */
  readonly privateServer?: string
  /** PEM in base64. */
  readonly certificateAuthority: string
}

const base = '/20180222/clusters/'

/** OCI Container Engine: clusters, and the kubeconfig of each. */
export function fakeContainerEngine(clusters: readonly FakeCluster[]): FakeService {
  return (request) => {
    if (!request.path.startsWith(base)) return undefined
    const [id = '', ...rest] = request.path.slice(base.length).split('/')
    const cluster = clusters.find((candidate) => candidate.id === id)
    switch (`${request.method} ${rest.join('/')}`) {
      case 'POST kubeconfig/content':
        return cluster === undefined ? notFound : kubeconfig(request, cluster)
      case 'GET ':
        return cluster === undefined ? notFound : described(request, cluster)
      default:
        return failure(405, 'MethodNotAllowed', request.path)
    }
  }
}

/** As GetCluster describes it: the endpoints are host and port, without a scheme. */
function described(request: ServiceRequest, cluster: FakeCluster): OciResponse {
  const { id, server, privateServer = server, isPublic = true, state = 'ACTIVE' } = cluster
  if (!isAllowed(request.caller, 'read', 'clusters')) return notFound
  const endpoints = {
    publicEndpoint: isPublic ? new URL(server).host : null,
    privateEndpoint: new URL(privateServer).host,
    vcnHostnameEndpoint: null,
  }
  return { status: 200, body: { id, lifecycleState: state, endpoints } }
}

function kubeconfig(request: ServiceRequest, cluster: FakeCluster): OciResponse {
  const { tokenVersion, endpoint } = bodyOf(request) ?? {}
  const endpoints = ['PUBLIC_ENDPOINT', 'PRIVATE_ENDPOINT', 'VCN_HOSTNAME']
  if (tokenVersion !== '2.0.0' || !endpoints.includes(String(endpoint))) {
    return failure(400, 'InvalidParameter', 'tokenVersion or endpoint')
  }
  if (!isAllowed(request.caller, 'use', 'clusters')) return notFound
  const { server, privateServer = server, isPublic = true, state = 'ACTIVE' } = cluster
  if (state !== 'ACTIVE') return failure(409, 'IncorrectState', 'The cluster is not active.')
  if (endpoint === 'PUBLIC_ENDPOINT' && !isPublic) {
    return failure(400, 'InvalidParameter', 'Invalid endpoint')
  }
  const wanted = endpoint === 'PUBLIC_ENDPOINT' ? server : privateServer
  return { status: 200, body: kubeconfigText({ ...cluster, server: wanted }) }
}

/** As Container Engine writes it (https://docs.oracle.com/iaas/Content/ContEng/). */
function kubeconfigText({ id, server, certificateAuthority }: FakeCluster): string {
  const name = id.slice(-11)
  return [
    '---',
    'apiVersion: v1',
    'kind: ""',
    'clusters:',
    `- name: cluster-${name}`,
    '  cluster:',
    `    server: ${server}`,
    `    certificate-authority-data: ${certificateAuthority}`,
    'users:',
    `- name: user-${name}`,
    '  user:',
    '    exec:',
    '      apiVersion: client.authentication.k8s.io/v1beta1',
    '      command: oci',
    `      args: [ce, cluster, generate-token, --cluster-id, ${id}, --region, us-ashburn-1]`,
    '      env: []',
    'contexts:',
    `- name: context-${name}`,
    '  context:',
    `    cluster: cluster-${name}`,
    `    user: user-${name}`,
    `current-context: context-${name}`,
    '',
  ].join('\n')
}

/**
 * What the API server of a cluster does with a token: it is a request to OCI, signed, for this
 * cluster. Returns the principal, or nothing.
 */
export function authenticateClusterToken(
  token: string,
  cluster: string,
  { identity, now }: { readonly identity: FakeIdentity; readonly now: Date },
): string | undefined {
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(token) || token.length % 4 !== 0) return undefined
  const url = URL.parse(Buffer.from(token, 'base64url').toString())
  if (url?.pathname !== `/cluster_request/${cluster}`) return undefined
  const headers = {
    host: url.host,
    date: url.searchParams.get('date') ?? '',
    authorization: url.searchParams.get('authorization') ?? '',
  }
  const request = { method: 'GET', target: url.pathname, headers, body: Buffer.alloc(0) }
  try {
    const keyId = verifySignature(request, (id) => identity.find(id, now)?.key, now)
    return identity.find(keyId, now)?.principal
  } catch (error) {
    if (error instanceof SignatureProblem) return undefined
    throw error
  }
}
