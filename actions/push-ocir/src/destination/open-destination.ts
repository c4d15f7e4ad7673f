import { ConfigurationError, basicForms } from '@oke-pipeline/core'
import { parseReference } from '@oke-pipeline/image'
import type { Credentials, ImageReference } from '@oke-pipeline/image'
import {
  findIdentity,
  findRegion,
  ociClient,
  principalPorts,
  regionMetadataIn,
  regionOfRegistryHost,
  registryHost,
  registryLogin,
  tenancyNamespace,
} from '@oke-pipeline/oci'
import type { OciIdentity, PrincipalPorts, Region } from '@oke-pipeline/oci'
import type { SigningWorld } from '../signing-world.ts'
import { assertNamespace } from './assert-namespace.ts'
import { namespaceOfUser } from './destination-inputs.ts'
import type { DestinationInputs } from './destination-inputs.ts'

/** Where an image is pushed to, and as whom. */
export interface Destination {
  readonly reference: ImageReference
  /** Of OCIR only. */
  readonly region: Region | undefined
  /** The identity of OCI that logs in, where no user is given. */
  readonly identity: OciIdentity | undefined
  /**
   * As whom the registry is spoken to. What a login may do is settled when it is made: a repository
   * that is to be created comes first.
   */
  logIn(): Promise<Credentials | undefined>
}

/** How an identity is found; the same one may serve several destinations. */
export type Identify = typeof findIdentity

/**
 * Finds out where to push, and as whom: the user that is given, else, to OCIR, for an hour the
 * identity of this workflow. Other registries are tried without a login.
 * @throws ConfigurationError where the name cannot be one of a repository in that place;
 * ServiceError when OCI refuses.
 */
export async function openDestination(
  inputs: DestinationInputs,
  world: SigningWorld,
  identify: Identify = findIdentity,
): Promise<Destination> {
  const { registry, repository } = inputs.image
  if (registry === undefined) return openInOcir(inputs, undefined, { world, identify })
  const region = regionOfRegistryHost(registry, world.environment)
  if (region !== undefined) return openInOcir(inputs, { registry, region }, { world, identify })
  return { reference: { registry, repository }, region, ...asUser(userIn(inputs)) }
}

/** The host that the image is named with, and the region whose registry it is. */
interface NamedHost {
  readonly registry: string
  readonly region: Region
}

async function openInOcir(
  inputs: DestinationInputs,
  named: NamedHost | undefined,
  { world, identify }: { readonly world: SigningWorld; readonly identify: Identify },
): Promise<Destination> {
  const user = userIn(inputs)
  if (user !== undefined) {
    const host = named ?? hostIn(regionOfUser(inputs, world))
    const namespace = inputs.namespace ?? namespaceOfUser(inputs)
    return { ...nameIn(host, inputs, namespace), ...asUser(user) }
  }
  const ports = principalPorts(world)
  const wanted = { ...inputs, 'oci-region': inputs['oci-region'] ?? named?.region.id }
  const identity = await identify(wanted, ports)
  const host = named ?? hostIn(identity.region)
  const place = { ...identity, region: host.region }
  const namespace = inputs.namespace ?? (await namespaceFor(inputs, place, ports))
  const name = nameIn(host, inputs, namespace)
  return { ...name, identity: place, logIn: () => logIn(place, host, ports) }
}

function asUser(user: Credentials | undefined): Pick<Destination, 'identity' | 'logIn'> {
  return { identity: undefined, logIn: () => Promise.resolve(user) }
}

function userIn({ username, password }: DestinationInputs): Credentials | undefined {
  return username === undefined || password === undefined ? undefined : { username, password }
}

function hostIn(region: Region): NamedHost {
  return { registry: registryHost(region), region }
}

function regionOfUser(inputs: DestinationInputs, { environment }: SigningWorld): Region {
  const name = inputs['oci-region'] ?? environment.OCI_CLI_REGION ?? ''
  return findRegion(name, regionMetadataIn(environment))
}

/** Looked up for a name that lacks it, and compared with that of a name that has it. */
async function namespaceFor(
  { image }: DestinationInputs,
  identity: OciIdentity,
  ports: PrincipalPorts,
): Promise<string> {
  const client = ociClient(identity.session, identity, ports)
  if (image.registry === undefined) return tenancyNamespace(client)
  const [given = ''] = image.repository.split('/')
  await assertNamespace(
    { ...image, namespace: given },
    { client, session: identity.session },
    ports,
  )
  return given
}

/** The whole name; a short one that begins with the namespace already does not get it twice. */
function nameIn(
  { registry, region }: NamedHost,
  { image }: DestinationInputs,
  namespace: string | undefined,
): Pick<Destination, 'reference' | 'region'> {
  const { repository } = image
  if (image.registry !== undefined) return { reference: { registry, repository }, region }
  if (namespace === undefined) throw noNamespace(repository)
  const isWhole = repository.startsWith(`${namespace}/`)
  const path = isWhole ? repository : `${namespace}/${repository}`
  return { reference: parseReference(`${registry}/${path}`), region }
}

async function logIn(
  identity: OciIdentity,
  { registry }: NamedHost,
  ports: PrincipalPorts,
): Promise<Credentials> {
  const login = await registryLogin(identity, registry, ports)
  for (const form of basicForms(login.username, login.password)) ports.mask(form)
  return login
}

function noNamespace(repository: string): ConfigurationError {
  return new ConfigurationError({
    title: `The namespace of "${repository}" is not known`,
    explanation: 'The user BEARER_TOKEN says nothing of its tenancy.',
    remedy: 'Give "namespace", or the whole name, <host>/<namespace>/<repository>.',
  })
}
