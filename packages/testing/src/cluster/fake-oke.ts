import type { SeenRequest } from '../faulty-proxy.ts'
import { authenticateClusterToken, fakeContainerEngine } from '../oci/container-engine.ts'
import { fakeIdentity } from '../oci/fake-identity.ts'
import { fakeOci } from '../oci/fake-oci.ts'
import type { FakeOci } from '../oci/fake-oci.ts'
import { fakeGithubOidc } from '../oci/github-oidc.ts'
import { verifiedClaims } from '../oci/jwt.ts'
import { fakeRegistryToken } from '../oci/registry-token.ts'
import { serveOci } from '../oci/serve-oci.ts'
import { fakeTokenExchange } from '../oci/token-exchange.ts'
import { startClusterGateway } from './cluster-gateway.ts'
import type { ClusterGateway, GatewaySettings } from './cluster-gateway.ts'

/** What a test decides about OKE. */
export interface FakeOkeSettings {
  /** The real API server of the cluster. */
  readonly apiServer: GatewaySettings['target']
  readonly now?: () => Date
  /** What policies let the user do; `use clusters` by default. */
  readonly grants?: readonly string[]
  readonly onRequest?: (request: SeenRequest) => void
  /** Host and port of the private endpoint, which only a proxy leads to; none by default. */
  readonly privateEndpoint?: string
}

/** A real cluster as OKE serves it, and the workflow that signs in to it. */
export interface FakeOke extends AsyncDisposable {
  readonly oci: FakeOci
  readonly gateway: ClusterGateway
  /** OCID of the cluster. */
  readonly cluster: string
  /** The workflow as RBAC knows it by IAM: the OCID of the user that OCI takes it for. */
  readonly user: string
  /** The workflow as RBAC knows it by the cluster's own trust in GitHub. */
  readonly oidcUser: string
  /** The audience of tokens that the cluster trusts itself. */
  readonly audience: string
  /** Variables of a step that has `id-token: write`. */
  readonly environment: Readonly<Record<string, string>>
  /** Inputs for the workflow's own identity in OCI. */
  readonly inputs: Readonly<Record<string, string>>
  /** What OCIR gives those who may read repositories. */
  readonly registryToken: string
}

const cluster = 'ocid1.cluster.oc1.iad.aaaacluster'
const user = 'ocid1.user.oc1..aaaadeployer'
const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
const subject = 'repo:acme/shop:environment:production'
const issuer = 'https://token.actions.githubusercontent.com'
const audience = 'oke-gha'
const registryToken = 'registry-token-of-an-hour'
const usernamePrefix = 'actions-oidc:'

/**
 * Puts a gateway before a real API server that knows users as OKE does, by a signed request to OCI
 * or by a token of GitHub, and starts the OCI and the GitHub that give these.
 */
export async function startFakeOke(settings: FakeOkeSettings): Promise<FakeOke> {
  const { apiServer, now = () => new Date(), grants = ['use clusters'] } = settings
  const { privateEndpoint } = settings
  const identity = fakeIdentity()
  const github = fakeGithubOidc({ sub: subject, now })
  const gateway = await startClusterGateway({
    target: apiServer,
    authenticate: (token) =>
      authenticateClusterToken(token, cluster, { identity, now: now() }) ?? oidcUserOf(token),
    ...(settings.onRequest === undefined ? {} : { onRequest: settings.onRequest }),
    ...(privateEndpoint === undefined ? {} : { names: [`IP:${hostOf(privateEndpoint)}`] }),
  })
  const trust = {
    issuer,
    issuerKey: github.publicKey,
    audiences: ['https://cloud.oracle.com'],
    clientId: 'app',
    clientSecret: 'client-secret',
    rules: [{ rule: `sub eq ${subject}`, user }],
    tenancy,
    lifetimeSeconds: 3600,
  }
  const { server, certificateAuthority } = gateway
  const oci = fakeOci({
    identity,
    now,
    openServices: [github.service, fakeTokenExchange(trust, identity, now)],
    services: [
      fakeRegistryToken(() => registryToken),
      fakeContainerEngine([
        {
          id: cluster,
          server,
          certificateAuthority,
          ...(privateEndpoint === undefined ? {} : { privateServer: `https://${privateEndpoint}` }),
        },
      ]),
    ],
    grants: { [user]: grants },
  })
  const served = await serveOci(oci)
  return {
    oci,
    gateway,
    cluster,
    user,
    oidcUser: `${usernamePrefix}${subject}`,
    audience,
    registryToken,
    environment: { ...served.environment, ...github.environment(served.url) },
    inputs: {
      'oci-domain-url': served.url,
      'oci-client-id': 'app',
      'oci-client-secret': 'client-secret',
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await gateway[Symbol.asyncDispose]()
    },
  }

  /** As the API server does it with the OpenID Connect settings of a cluster. */
  function oidcUserOf(token: string): string | undefined {
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined
    const claims = verifiedClaims(token, github.publicKey, now())
    if (claims?.iss !== issuer || claims.aud !== audience) return undefined
    return `${usernamePrefix}${String(claims.sub)}`
  }
}

function hostOf(endpoint: string): string {
  return endpoint.replace(/:\d+$/, '')
}
