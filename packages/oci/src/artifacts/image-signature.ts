import { ConfigurationError } from '@oke-pipeline/core'
import * as v from 'valibot'
import { allPages } from '../client/all-pages.ts'
import type { OciClient } from '../client/oci-client.ts'
import type { VaultKey } from '../vault/vault-key.ts'
import { signInVault } from '../vault/vault-signature.ts'
import { imageByUri } from './look-up-image.ts'

/** An image in OCIR by its digest. */
export interface ImageToSign {
  readonly namespace: string
  readonly repository: string
  readonly digest: string
}

/** The signature of an image, as OCIR keeps it for OKE's image verification policy. */
export interface ImageSignature {
  readonly image: string
  readonly kmsKeyId: string
  readonly kmsKeyVersionId: string
  readonly outcome: 'created' | 'existed'
}

/** The clients that it takes: of the registry's region, and of the vault's. */
export interface SigningClients {
  readonly registry: OciClient
  readonly vault: OciClient
}

/** RSA only, and PSS only: what OKE's image verification policy takes. */
const signingAlgorithm = 'SHA_256_RSA_PKCS_PSS'

const imageSchema = v.object({
  id: v.string(),
  compartmentId: v.string(),
  digest: v.string(),
  repositoryName: v.string(),
})

type Image = v.InferOutput<typeof imageSchema>

/**
 * Signs an image in OCIR as `oci artifacts container image-signature sign-upload` does, so that the
 * image verification policy of an OKE cluster accepts it. The same key again changes nothing.
 * https://docs.oracle.com/en-us/iaas/Content/Registry/Tasks/registrysigningimages_topic.htm
 * @throws ConfigurationError for a key that is not RSA.
 */
export async function signRegistryImage(
  clients: SigningClients,
  key: VaultKey,
  target: ImageToSign,
): Promise<ImageSignature> {
  if (key.algorithm !== 'RSA') throw notRsa(key)
  const image = await findImage(clients.registry, target)
  const message = messageOf(image, key, clients.registry.region.id)
  const signature = { image: image.id, kmsKeyId: key.id, kmsKeyVersionId: key.version }
  if (await isSigned(clients.registry, image, { key, message })) {
    return { ...signature, outcome: 'existed' }
  }
  const signed = await signInVault(clients.vault, key, {
    message,
    messageType: 'RAW',
    signingAlgorithm,
  })
  await upload(clients.registry, image, { key, message, signature: signed })
  return { ...signature, outcome: 'created' }
}

async function findImage(client: OciClient, target: ImageToSign): Promise<Image> {
  const uri = `${target.namespace}/${target.repository}@${target.digest}`
  const found = await imageByUri(client, uri, imageSchema)
  if (found.digest === target.digest) return found
  throw new Error(`OCIR gave image ${found.digest} for "${uri}"`)
}

/** Names and order are those of the OCI CLI: the signature is over these bytes. */
function messageOf({ digest, repositoryName }: Image, key: VaultKey, region: string): string {
  const message = {
    description: '',
    imageDigest: digest,
    kmsKeyId: key.id,
    kmsKeyVersionId: key.version,
    metadata: '',
    region,
    repositoryName,
    signingAlgorithm,
  }
  return Buffer.from(JSON.stringify(message)).toString('base64')
}

interface ToUpload {
  readonly key: VaultKey
  readonly message: string
  readonly signature: string
}

async function isSigned(
  client: OciClient,
  { id, compartmentId }: Image,
  { key, message }: Omit<ToUpload, 'signature'>,
): Promise<boolean> {
  const signatures = await allPages(
    client,
    {
      service: 'artifacts',
      method: 'GET',
      path: '/container/imageSignatures',
      query: { compartmentId, imageId: id, kmsKeyId: key.id, kmsKeyVersionId: key.version },
      doing: 'Listing the signatures of the image',
      policy: 'Allow group … to read repos in compartment …',
    },
    v.object({ message: v.string() }),
  )
  return signatures.some((signature) => signature.message === message)
}

async function upload(
  client: OciClient,
  { id, compartmentId }: Image,
  { key, message, signature }: ToUpload,
): Promise<void> {
  await client.json(
    {
      service: 'artifacts',
      method: 'POST',
      path: '/container/imageSignatures',
      body: {
        compartmentId,
        imageId: id,
        kmsKeyId: key.id,
        kmsKeyVersionId: key.version,
        message,
        signature,
        signingAlgorithm,
      },
      doing: 'Uploading the signature of the image',
      policy: 'Allow group … to manage repos in compartment …',
    },
    v.object({ id: v.string() }),
  )
}

function notRsa({ id }: VaultKey): ConfigurationError {
  return new ConfigurationError({
    title: `Key ${id} cannot sign images for OKE`,
    explanation: 'OKE’s image verification policy takes RSA keys only.',
    remedy: 'Make a key with the algorithm RSA in a vault, and give its OCID.',
  })
}
