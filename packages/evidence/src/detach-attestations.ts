import { readFile } from 'node:fs/promises'
import { attestationsIn, digestOf, dropAttestations } from '@oke-pipeline/image'
import type { Descriptor, Layout } from '@oke-pipeline/image'
import { keepStatementBytes } from './keep-statement.ts'
import { isAbout, parseStatement } from './parse-statement.ts'

/**
 * Takes what BuildKit attests out of the image's index, where it would change the image's digest
 * and be listed as a platform unknown/unknown, and keeps it as referrers of the platforms that it
 * is about. Returns the layout of the image alone, whose digest is the one to go by. The layout
 * must have been verified.
 */
export async function detachAttestations(layout: Layout): Promise<Layout> {
  // Kept first: whatever interrupts this loses no statement.
  for (const { subject, statements } of attestationsIn(layout)) {
    for (const statement of statements) await keepAttestation(layout, statement, subject)
  }
  return dropAttestations(layout)
}

async function keepAttestation(
  layout: Layout,
  { digest }: Descriptor,
  subject: Descriptor,
): Promise<void> {
  const bytes = await readFile(layout.blobPath(digest))
  if (digestOf(bytes) !== digest) throw new Error(`Blob ${digest} was not verified`)
  await keepStatementBytes(layout.path, boundTo(subject, bytes), subject)
}

/**
 * BuildKit writes statements without a subject for images without a name, and leaves the rest to
 * the place where it stores them. Out of that place, the statement has to say it.
 */
function boundTo({ digest }: Descriptor, bytes: Uint8Array): Uint8Array {
  const statement = parseStatement(bytes)
  if (statement.subject.length > 0 || isAbout(statement, digest)) return bytes
  const subject = [{ name: 'image', digest: { sha256: digest.slice('sha256:'.length) } }]
  return Buffer.from(JSON.stringify({ ...statement, subject }))
}
