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
  /** Its private endpoint, where that is another address. */
  readonly privateServer?: string
  /** PEM in base64. */
  readonly certificateAuthority: string
}

const base = '/20180222/clusters/'

/** OCI Container Engine: the kubeconfig of a cluster. */
export function fakeContainerEngine(clusters: readonly FakeCluster[]): FakeService {
  return (request) => {
    if (!request.path.startsWith(base)) return undefined
    const [id = '', ...rest] = request.path.slice(base.length).split('/')
    const isKubeconfig = request.method === 'POST' && rest.join('/') === 'kubeconfig/content'
    if (!isKubeconfig) return failure(405, 'MethodNotAllowed', request.path)
    const cluster = clusters.find((candidate) => candidate.id === id)
    return cluster === undefined ? notFound : kubeconfig(request, cluster)
  }
}

function kubeconfig(request: ServiceRequest, cluster: FakeCluster): OciResponse {
  const { tokenVersion, endpoint } = bodyOf(request) ?? {}
  const endpoints = ['PUBLIC_ENDPOINT', 'PRIVATE_ENDPOINT', 'VCN_HOSTNAME']
  if (tokenVersion !== '2.0.0' || !endpoints.includes(String(endpoint))) {
    return failure(400, 'InvalidParameter', 'tokenVersion or endpoint')
  }
  if (!isAllowed(request.caller, 'use', 'clusters')) return notFound
  const { server, privateServer = server } = cluster
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
