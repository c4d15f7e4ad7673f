import { ConfigurationError } from '@oke-pipeline/core'
import { repositoryName } from '@oke-pipeline/image'
import type { ImageReference } from '@oke-pipeline/image'
import {
  findIdentity,
  findRegion,
  regionMetadataIn,
  regionOfRegistryHost,
  registryHost,
  registryHosts,
} from '@oke-pipeline/oci'
import type { OciIdentity, Region } from '@oke-pipeline/oci'
import type { SigningWorld } from '../signing-world.ts'
import type { DestinationInputs } from './destination-inputs.ts'
import type { FurtherTarget } from './further-target.ts'
import { openDestination } from './open-destination.ts'
import type { Destination, Identify } from './open-destination.ts'

/** All places that an image goes to: the one of `image`, and further ones. */
export interface Destinations {
  readonly main: Destination
  readonly others: readonly Destination[]
}

/**
 * Finds out where all to push, with one identity for all of them.
 * @throws ConfigurationError when two of them are the same, or a region is in another realm.
 */
export async function openDestinations(
  inputs: DestinationInputs,
  world: SigningWorld,
): Promise<Destinations> {
  const identify = identifyingOnce()
  const main = await openDestination(inputs, world, identify)
  const others: Destination[] = []
  for (const target of inputs['also-push-to'] ?? []) {
    const wanted = { ...inputs, ...changesFor(target, main, world) }
    others.push(await openDestination(wanted, world, identify))
  }
  assertDifferent([main, ...others])
  return { main, others }
}

/** A session is good in all regions of its realm. */
function identifyingOnce(): Identify {
  let found: Promise<OciIdentity> | undefined
  return (inputs, ports) => (found ??= findIdentity(inputs, ports))
}

function changesFor(
  target: FurtherTarget,
  main: Destination,
  world: World,
): Partial<DestinationInputs> & Pick<DestinationInputs, 'image'> {
  if (!('region' in target)) {
    return { image: target, ...(mayShareUser(target, main, world) ? {} : anonymous) }
  }
  const { repository } = main.reference
  const [namespace] = repository.split('/')
  return { image: { registry: hostIn(target.region, main, world), repository }, namespace }
}

const anonymous = { username: undefined, password: undefined }

/** OCIR knows a user in all of its regions; no other registry gets to see the password. */
function mayShareUser({ registry }: ImageReference, main: Destination, world: World): boolean {
  const isInOcir = regionOfRegistryHost(registry, world.environment) !== undefined
  return registry === main.reference.registry || (isInOcir && main.region !== undefined)
}

type World = Pick<SigningWorld, 'environment'>

/** In the form of the main one's host, which tools keep logins by. */
function hostIn(
  name: string,
  { region: main, reference }: Destination,
  { environment }: World,
): string {
  if (main === undefined) throw new Error('Inputs about destinations were not checked')
  const region = findRegion(name, { realm: main.realm, ...regionMetadataIn(environment) })
  const form = registryHosts(main).indexOf(reference.registry)
  return registryHosts(region)[form] ?? registryHost(region)
}

function assertDifferent(destinations: readonly Destination[]): void {
  const seen = new Map<string, Destination>()
  for (const destination of destinations) {
    const key = placeOf(destination)
    const before = seen.get(key)
    if (before !== undefined) throw samePlace(before, destination)
    seen.set(key, destination)
  }
}

/** All hosts of a region are the same registry. */
function placeOf({ reference, region }: Destination): string {
  return `${hostOf(region) ?? reference.registry}/${reference.repository}`
}

function hostOf(region: Region | undefined): string | undefined {
  return region === undefined ? undefined : registryHost(region)
}

function samePlace(one: Destination, other: Destination): ConfigurationError {
  return new ConfigurationError({
    title: `${repositoryName(other.reference)} is pushed to twice`,
    explanation: `It is the same repository as ${repositoryName(one.reference)}. Nothing has been pushed.`,
    remedy: 'Leave it out of "also-push-to".',
  })
}
