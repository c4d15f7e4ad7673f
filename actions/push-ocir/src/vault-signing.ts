import type { Digest, ImageReference } from '@oke-pipeline/image'
import {
  findIdentity,
  findRegion,
  findVaultKey,
  ociClient,
  partsOf,
  principalPorts,
  regionMetadataIn,
  signBytesInVault,
  signRegistryImage,
} from '@oke-pipeline/oci'
import type { ImageSignature, Region, VaultKey } from '@oke-pipeline/oci'
import type { SigningInputs } from './signing-inputs.ts'
import type { SigningWorld } from './signing-world.ts'

/** A key in OCI Vault, ready to sign. */
export interface VaultSigning {
  readonly key: VaultKey
  sign(bytes: Uint8Array): Promise<Uint8Array>
  /** Signs an image that is in OCIR, where OKE's image verification policy looks. */
  signImage(region: Region, image: ImageReference, digest: Digest): Promise<ImageSignature>
}

/** Finds the identity and the key: the vault is in the region that the key's OCID names. */
export async function openVaultKey(
  inputs: SigningInputs,
  world: SigningWorld,
): Promise<VaultSigning> {
  const id = inputs['signing-key']
  if (id === undefined) throw new Error('Inputs for signing were not checked')
  const { region: name, realm } = partsOf(id)
  const vaultRegion = findRegion(name, { realm, ...regionMetadataIn(world.environment) })
  const ports = principalPorts(world)
  const oci = { ...inputs, 'oci-region': inputs['oci-region'] ?? vaultRegion.id }
  const identity = await findIdentity(oci, ports)
  const clientIn = (region: Region): ReturnType<typeof ociClient> =>
    ociClient(identity.session, { ...identity, region }, ports)
  const vault = clientIn(vaultRegion)
  const key = await findVaultKey(vault, id, inputs['signing-key-version'])
  return {
    key,
    sign: (bytes) => signBytesInVault(vault, key, bytes),
    signImage(region, { repository }, digest) {
      const [namespace = '', ...path] = repository.split('/')
      const target = { namespace, repository: path.join('/'), digest }
      return signRegistryImage({ registry: clientIn(region), vault }, key, target)
    },
  }
}
