import { readFile } from 'node:fs/promises'
import { openReferrers } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import * as v from 'valibot'
import { isBundleType } from './bundle-media-type.ts'
import type { StatementSigner } from './statement-signer.ts'

const schema = v.object({
  verificationMaterial: v.object({ publicKey: v.optional(v.object({ hint: v.string() })) }),
  dsseEnvelope: v.object({ payload: v.string() }),
})

type Signed = v.InferOutput<typeof schema>

/** Whether a statement stands signed in a layout by the same key, or by a certificate likewise. */
export type SignedAlready = (statement: Uint8Array, signer: StatementSigner) => boolean

/** Looks at the signatures that a layout keeps, so that a second run adds no second ones. */
export async function signedAlready(
  layout: Pick<Layout, 'path' | 'walk' | 'blobPath'>,
): Promise<SignedAlready> {
  const referrers = await openReferrers(layout)
  const blobs = referrers
    .flatMap(({ entries }) => entries)
    .filter(({ descriptor }) => isBundleType(descriptor.mediaType))
  const read = await Promise.all(
    blobs.map(async ({ descriptor }) => parsed(await readFile(layout.blobPath(descriptor.digest)))),
  )
  const signed = read.filter((bundle) => bundle !== undefined)
  return (statement, { hint }) => {
    const payload = Buffer.from(statement).toString('base64')
    return signed.some(
      ({ dsseEnvelope, verificationMaterial }) =>
        dsseEnvelope.payload === payload && verificationMaterial.publicKey?.hint === hint,
    )
  }
}

/** What is no such bundle has signed nothing: it is signed anew. */
function parsed(bytes: Uint8Array): Signed | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(Buffer.from(bytes).toString('utf8')))
    return result.success ? result.output : undefined
  } catch {
    return undefined
  }
}
