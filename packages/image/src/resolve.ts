import { ConfigurationError } from '@oke-pipeline/core'
import type { Digest } from './digest.ts'
import { formatReference } from './reference.ts'
import type { ImageReference } from './reference.ts'
import type { Credentials, RegistryPorts } from './registry/ports.ts'
import { openRepository } from './registry/repository.ts'
import type { StoredManifest } from './registry/repository.ts'

/**
 * The digest that a reference stands for now: the registry's word, for a tag; the reference's own
 * digest, seen to exist, otherwise.
 * @throws ConfigurationError when there is no such image, ServiceError when the registry fails.
 */
export async function resolveDigest(
  reference: ImageReference,
  credentials: Credentials | undefined,
  ports: RegistryPorts,
): Promise<Digest> {
  const repository = await openRepository(reference, { credentials, access: 'pull' }, ports)
  const digest = await repository.headManifest(nameIn(reference))
  if (digest === undefined) throw absent(reference)
  return digest
}

/**
 * The manifest that a reference stands for now, read and compared with its digest.
 * @throws ConfigurationError when there is no such image, ServiceError when the registry fails.
 */
export async function fetchManifest(
  reference: ImageReference,
  credentials: Credentials | undefined,
  ports: RegistryPorts,
): Promise<StoredManifest> {
  const repository = await openRepository(reference, { credentials, access: 'pull' }, ports)
  const manifest = await repository.getManifest(nameIn(reference))
  if (manifest === undefined) throw absent(reference)
  return manifest
}

function nameIn(reference: ImageReference): string {
  return reference.digest ?? reference.tag ?? 'latest'
}

function absent(reference: ImageReference): ConfigurationError {
  return new ConfigurationError({
    title: `Image ${formatReference(reference)} does not exist`,
    explanation: `Registry "${reference.registry}" has no such tag or digest.`,
    remedy: 'Check the name, and that the image was pushed.',
  })
}
