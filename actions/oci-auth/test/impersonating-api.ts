import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request as forward } from 'node:https'
import type { AddressInfo } from 'node:net'
import { authenticateClusterToken, certify } from '@oke-pipeline/testing'
import type { FakeIdentity } from '@oke-pipeline/testing'
import { parse } from 'yaml'
import type { ApiServer } from './job.ts'

/** A real API server behind the way in that OKE has. */
export interface ImpersonatingApi extends ApiServer, AsyncDisposable {
  /** Whose tokens it takes; set once they are known. */
  identity: FakeIdentity | undefined
}

/** The parts of the lab's kubeconfig that are used here. */
interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string }
  }[]
  readonly users: readonly {
    readonly user: {
      readonly token?: string
      readonly 'client-certificate-data'?: string
      readonly 'client-key-data'?: string
    }
  }[]
}

/**
 * What OKE's webhook does in front of the API server: it takes the tokens that are requests to OCI,
 * for this cluster. All that follows is the real server's, asked as the user that the token names.
 */
export async function startImpersonatingApi(
  cluster: string,
  kubeconfig: string,
): Promise<ImpersonatingApi> {
  const certified = certify('/CN=kubernetes', 'subjectAltName=IP:127.0.0.1')
  const tls = { cert: certified.certificate, key: certified.privateKey }
  const server = createServer(tls, (incoming, outgoing) => {
    const token = (incoming.headers.authorization ?? '').replace('Bearer ', '')
    const { identity } = api
    const user = identity && authenticateClusterToken(token, cluster, { identity, now: new Date() })
    if (user === undefined) unauthorized(outgoing)
    else passOn(incoming, outgoing, { user, kubeconfig: parse(kubeconfig) as Kubeconfig })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const api: ImpersonatingApi = {
    identity: undefined,
    server: `https://127.0.0.1:${port}`,
    certificateAuthority: Buffer.from(certified.authority).toString('base64'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return api
}

function unauthorized(outgoing: ServerResponse): void {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'Unauthorized' }
  outgoing.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(status))
}

function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { user, kubeconfig }: { readonly user: string; readonly kubeconfig: Kubeconfig },
): void {
  const [cluster] = kubeconfig.clusters
  const [admin] = kubeconfig.users
  const headers = { ...incoming.headers, host: undefined, authorization: undefined }
  const url = new URL(incoming.url ?? '/', cluster?.cluster.server)
  const call = forward(
    url,
    {
      method: incoming.method,
      headers: {
        ...withoutAbsent(headers),
        'impersonate-user': user,
        'impersonate-group': 'system:authenticated',
        ...(admin?.user.token === undefined ? {} : { authorization: `Bearer ${admin.user.token}` }),
      },
      ca: fromBase64(cluster?.cluster['certificate-authority-data']),
      cert: fromBase64(admin?.user['client-certificate-data']),
      key: fromBase64(admin?.user['client-key-data']),
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    },
  )
  call.on('error', () => outgoing.destroy())
  incoming.pipe(call)
}

function fromBase64(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'base64')
}

function withoutAbsent(headers: NodeJS.Dict<string | string[]>): NodeJS.Dict<string | string[]> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
}
