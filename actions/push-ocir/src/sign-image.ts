import {
  keySigner,
  signStatements,
  sigstoreAudience,
  sigstoreInstance,
  sigstoreSigner,
} from '@oke-pipeline/evidence'
import type { SignedStatement, SigstoreInstance, StatementSigner } from '@oke-pipeline/evidence'
import { readGithubEvent } from '@oke-pipeline/image'
import type { Digest, ImageReference, Layout } from '@oke-pipeline/image'
import { githubToken, principalPorts, regionOfRegistryHost } from '@oke-pipeline/oci'
import type { ImageSignature } from '@oke-pipeline/oci'
import type { SigningInputs } from './signing-inputs.ts'
import type { SigningWorld } from './signing-world.ts'
import { openVaultKey } from './vault-signing.ts'
import type { VaultSigning } from './vault-signing.ts'

/** The signing of one push. */
export interface ImageSigning {
  readonly isWanted: boolean
  /** Before the push: what is signed goes with the image, and is there before its tags are. */
  signLayout(layout: Layout): Promise<readonly SignedStatement[]>
  /** After the push: the signature that OKE's image verification policy looks for, in OCIR only. */
  signInRegistry(image: ImageReference, digest: Digest): Promise<ImageSignature | undefined>
}

/** Signs nothing. */
const unsigned: ImageSigning = {
  isWanted: false,
  signLayout: () => Promise.resolve([]),
  signInRegistry: () => Promise.resolve(undefined),
}

/**
 * Gets ready to sign: keys are looked up, and identities found, before anything is written.
 * @throws ConfigurationError for a key that cannot sign, or where there is no identity.
 */
export async function openSigning(
  inputs: SigningInputs,
  world: SigningWorld,
): Promise<ImageSigning> {
  const { sign } = inputs
  if (sign.includes('none') || sign.length === 0) return unsigned
  const vault = sign.includes('vault') ? await openVaultKey(inputs, world) : undefined
  const signers = [
    ...(sign.includes('sigstore') ? [await workflowSigner(inputs, world)] : []),
    ...(vault === undefined ? [] : [vaultSigner(vault, inputs)]),
  ]
  return {
    isWanted: true,
    signLayout: (layout) =>
      world.log.group(`Sign with ${signers.map((one) => one.description).join(' and ')}`, () =>
        signStatements(layout, signers, world),
      ),
    signInRegistry: (image, digest) => signInRegistry(vault, image, { digest, world }),
  }
}

/** Signs as the workflow that runs. */
async function workflowSigner(
  inputs: SigningInputs,
  world: SigningWorld,
): Promise<StatementSigner> {
  const instance = await instanceFor(inputs, world)
  const ports = principalPorts(world)
  return sigstoreSigner(instance, () => githubToken(sigstoreAudience, ports))
}

async function instanceFor(
  inputs: SigningInputs,
  { run }: Pick<SigningWorld, 'run'>,
): Promise<SigstoreInstance> {
  const fulcio = inputs['fulcio-url']
  if (fulcio !== undefined) {
    const timestampAuthority = inputs['timestamp-url']
    return { fulcio, rekor: inputs['rekor-url'], timestampAuthority }
  }
  const { visibility } = await readGithubEvent(run.eventPath)
  return sigstoreInstance(inputs['sigstore-instance'], { visibility, serverUrl: run.serverUrl })
}

function vaultSigner(vault: VaultSigning, inputs: SigningInputs): StatementSigner {
  const { id: name, publicKey } = vault.key
  const key = { name, publicKey, sign: (bytes: Uint8Array) => vault.sign(bytes) }
  return keySigner(key, { timestampAuthority: inputs['timestamp-url'] })
}

async function signInRegistry(
  vault: VaultSigning | undefined,
  image: ImageReference,
  { digest, world }: { readonly digest: Digest; readonly world: SigningWorld },
): Promise<ImageSignature | undefined> {
  if (vault === undefined) return undefined
  const region = regionOfRegistryHost(image.registry, world.environment)
  if (region === undefined || vault.key.algorithm !== 'RSA') {
    const why = region === undefined ? `${image.registry} is not OCIR` : 'the key is not RSA'
    world.log.info(`Not signed for OKE’s image verification policy: ${why}`)
    return undefined
  }
  const signature = await vault.signImage(region, image, digest)
  const outcome = signature.outcome === 'created' ? 'Signed' : 'Was signed'
  world.log.info(`${outcome} for OKE’s image verification policy by ${vault.key.id}`)
  return signature
}
