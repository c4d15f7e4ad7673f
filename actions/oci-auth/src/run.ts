import { join } from 'node:path'
import {
  clusterAccess,
  findIdentity,
  inRegionOf,
  ociClient,
  regionOfOcid,
  registryHost,
  registryLogin,
  shortSession,
} from '@oke-pipeline/oci'
import type { Ocid, OciIdentity, PrincipalPorts } from '@oke-pipeline/oci'
import { writeKubeconfig } from './cluster-configuration.ts'
import type { CredentialProgram } from './cluster-configuration.ts'
import type { Inputs } from './declaration.ts'
import { writeDockerConfiguration } from './docker-configuration.ts'
import type { JobFolder } from './job-folder.ts'
import { writeToolConfiguration } from './tool-configuration.ts'
import type { Variables } from './tool-configuration.ts'

/** What oci-auth needs of the world. */
export interface AuthPorts extends PrincipalPorts {
  readonly folder: JobFolder
  readonly program: CredentialProgram
}

/** A session that the job has. */
export interface AuthResult {
  readonly identity: OciIdentity
  readonly tenancy: Ocid | undefined
  readonly expiresAt: Date
  readonly configFile: string
  readonly registry: string | undefined
  readonly kubeconfig: string | undefined
  /** For the steps that follow. */
  readonly variables: Variables
}

/** Makes a session, and writes down what the tools of the job need of it: nothing long-lived. */
export async function run(inputs: Inputs, ports: AuthPorts): Promise<AuthResult> {
  const { cluster } = inputs
  const fallback = cluster === undefined ? undefined : regionOfOcid(cluster)
  const identity = await findIdentity(inputs, ports, fallback)
  const place =
    cluster === undefined ? undefined : { cluster, identity: inRegionOf(cluster, identity) }
  const granted = await shortSession(identity, ports)
  ports.mask(granted.key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  const registry = await logIn(inputs, identity, ports)
  const kubeconfig = await reachCluster(inputs, place, ports)
  const tools = await writeToolConfiguration(granted, identity.region, ports.folder)
  return {
    identity,
    tenancy: granted.tenancy ?? identity.session.tenancy,
    expiresAt: granted.expiresAt,
    configFile: tools.configFile,
    registry: registry?.host,
    kubeconfig,
    variables: {
      ...tools.variables,
      ...(registry === undefined ? {} : { DOCKER_CONFIG: registry.configuration }),
      ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
    },
  }
}

/** A cluster, and the identity in its region. */
interface ClusterPlace {
  readonly cluster: Ocid
  readonly identity: OciIdentity
}

interface LoggedIn {
  readonly host: string
  readonly configuration: string
}

async function logIn(
  inputs: Inputs,
  identity: OciIdentity,
  ports: AuthPorts,
): Promise<LoggedIn | undefined> {
  if (!inputs['registry-login']) return undefined
  const host = inputs.registry ?? registryHost(identity.region)
  const login = await registryLogin(identity, host, ports)
  ports.mask(Buffer.from(`${login.username}:${login.password}`).toString('base64'))
  const original = ports.environment.DOCKER_CONFIG ?? join(ports.homeFolder, '.docker')
  return { host, configuration: await writeDockerConfiguration(login, original, ports.folder) }
}

async function reachCluster(
  inputs: Inputs,
  place: ClusterPlace | undefined,
  ports: AuthPorts,
): Promise<string | undefined> {
  if (place === undefined) return undefined
  const { cluster, identity } = place
  const client = ociClient(identity.session, identity, ports)
  const access = await clusterAccess(client, cluster, inputs['cluster-endpoint'])
  const file = { cluster, region: identity.region }
  return writeKubeconfig(file, access, ports.program, ports.folder)
}
