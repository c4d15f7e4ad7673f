import { text, withDefault } from '@oke-pipeline/core'
import type { Ports, Values } from '@oke-pipeline/core'
import {
  bundlesInLayout,
  bundlesInRegistry,
  githubTokenIssuer,
  readTrust,
  trustInputs,
  verifyBundles,
} from '@oke-pipeline/evidence'
import type { AttachedBundle, Trust, VerifiedEvidence } from '@oke-pipeline/evidence'
import { openRepository } from '@oke-pipeline/image'
import type { Digest, Layout, PinnedReference, RegistryPorts } from '@oke-pipeline/image'
import { readVex } from '@oke-pipeline/scan'
import type { VexDocument } from '@oke-pipeline/scan'
import { credentialsOf } from './registry-credentials.ts'
import type { RegistryUser } from './registry-credentials.ts'

/** The inputs that say whose signatures under VEX documents are verified. */
export const vexInputs = {
  ...trustInputs,
  'vex-issuer': withDefault(
    text(),
    githubTokenIssuer,
    'Issuer of the identities that may sign VEX documents. Which identities (as certificates have them, `https://github.com/<owner>/<repository>/.github/workflows/<file>@refs/heads/main`) and keys (by name) count, the policy says under `trusted-authors`.',
  ),
} as const

/** The values of {@link vexInputs}, and where the image is. */
export type VexInputs = Values<typeof vexInputs> &
  RegistryUser & { readonly image?: PinnedReference | undefined }

/** https://github.com/openvex/spec; the version is part of what BuildKit and others write. */
export const openvexType = 'https://openvex.dev/ns'

/**
 * The VEX documents that are kept with an image in signed statements, in the layout or in the
 * registry, each with who has signed it. Whose signature is not verified has no document here.
 */
export async function signedVex(
  layout: Layout,
  inputs: VexInputs,
  ports: Ports & RegistryPorts,
): Promise<readonly VexDocument[]> {
  const trust = await readTrust(inputs, ports.files)
  if (trust.roots.length === 0 && trust.keys.length === 0) return []
  const bundlesOf = await finderOf(layout, inputs, ports)
  const digests = [layout.digest, ...layout.images.map(({ descriptor }) => descriptor.digest)]
  const found: VexDocument[] = []
  for (const digest of new Set(digests)) {
    const image = { digest, bundles: await bundlesOf(digest) }
    found.push(...(await verifiedVex(image, { trust, issuer: inputs['vex-issuer'] }, ports)))
  }
  return found
}

type Finder = (subject: Digest) => Promise<readonly AttachedBundle[]>

/** A copy of an image in a registry was made without what is kept with it there. */
async function finderOf(layout: Layout, inputs: VexInputs, ports: RegistryPorts): Promise<Finder> {
  if (inputs.image === undefined) return (subject) => bundlesInLayout(layout, subject)
  const opening = { credentials: credentialsOf(inputs), access: 'pull' } as const
  const repository = await openRepository(inputs.image, opening, ports)
  return (subject) => bundlesInRegistry(repository, subject)
}

async function verifiedVex(
  image: { readonly digest: Digest; readonly bundles: readonly AttachedBundle[] },
  { trust, issuer }: { readonly trust: Trust; readonly issuer: string },
  { log }: Pick<Ports, 'log'>,
): Promise<readonly VexDocument[]> {
  const { verified, refused } = await verifyBundles(image, trust)
  for (const { referrer, reason } of refused) log.info(`Signature ${referrer}: ${reason}`)
  return verified
    .filter(({ statement }) => statement.predicateType.startsWith(openvexType))
    .flatMap((evidence) => {
      const signer = signerOf(evidence, issuer)
      if (signer !== undefined) return [vexOf(evidence, signer)]
      log.info(`Signature ${evidence.referrer}: its issuer is not ${issuer}`)
      return []
    })
}

function signerOf({ signer }: VerifiedEvidence, issuer: string): string | undefined {
  if (signer.kind === 'key') return signer.name
  return signer.issuer === issuer ? signer.identity : undefined
}

function vexOf({ statement, referrer: name }: VerifiedEvidence, signer: string): VexDocument {
  return readVex(JSON.stringify(statement), { kind: 'referrer', name, signer })
}
