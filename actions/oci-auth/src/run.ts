import { join } from 'node:path'
import { ConfigurationError } from '@oke-pipeline/core'
import {
  clusterAccess,
  findIdentity,
  ociClient,
  partsOf,
  registryHost,
  registryLogin,
  shortSession,
} from '@oke-pipeline/oci'
import type { Ocid, OciIdentity, PrincipalPorts, Region } from '@oke-pipeline/oci'
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
  const identity = await findIdentity(inputs, ports)
  if (inputs.cluster !== undefined) checkCluster(inputs.cluster, identity.region)
  const granted = await shortSession(identity, ports)
  ports.mask(granted.key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  const registry = await logIn(inputs, identity, ports)
  const kubeconfig = await reachCluster(inputs, identity, ports)
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

/** An OCID has the region in it, by key or, in newer regions, by identifier. */
function checkCluster(cluster: Ocid, region: Region): void {
  const parts = partsOf(cluster)
  if ([region.key, region.id, ''].includes(parts.region)) return
  throw new ConfigurationError({
    title: `The cluster is not in ${region.id}`,
    explanation: `Its OCID says that it is in "${parts.region}".`,
    remedy: 'Give the region of the cluster in "oci-region".',
  })
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
  identity: OciIdentity,
  ports: AuthPorts,
): Promise<string | undefined> {
  const { cluster } = inputs
  if (cluster === undefined) return undefined
  const client = ociClient(identity.session, identity, ports)
  const access = await clusterAccess(client, cluster, inputs['cluster-endpoint'])
  const file = { cluster, region: identity.region }
  return writeKubeconfig(file, access, ports.program, ports.folder)
}
