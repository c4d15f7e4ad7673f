import { readFile } from 'node:fs/promises'
import { GateError } from '@oke-pipeline/core'
import { openReferrers } from '@oke-pipeline/image'
import type { Descriptor, Layout, Referrer } from '@oke-pipeline/image'
import { statementMediaType } from './keep-statement.ts'
import { isAbout, parseStatement } from './parse-statement.ts'
import type { ReadStatement } from './statement-schema.ts'

/** A statement that is kept with an image. */
export interface KeptStatement {
  /** The manifest by which it is kept. */
  readonly descriptor: Descriptor
  /** What it is about: the image, or one of its platforms. */
  readonly subject: Descriptor
  readonly statement: ReadStatement
  /** The file of the statement in the layout. */
  readonly path: string
}

/**
 * The statements that are kept with an image in a layout, in the order in which they were added.
 * Every byte of them is what its digest says, and each names what it is kept with.
 * @throws GateError when one was changed or is about something else, ConfigurationError when one is
 * malformed.
 */
export async function readStatements(
  layout: Pick<Layout, 'path' | 'walk' | 'blobPath'>,
): Promise<readonly KeptStatement[]> {
  const referrers = await openReferrers(layout)
  const read = await Promise.all(referrers.map((referrer) => statementsOf(layout, referrer)))
  return read.flat()
}

async function statementsOf(
  layout: Pick<Layout, 'blobPath'>,
  { descriptor, subject, entries }: Referrer,
): Promise<readonly KeptStatement[]> {
  const blobs = entries.filter(({ descriptor: blob }) => blob.mediaType === statementMediaType)
  return Promise.all(
    blobs.map(async ({ descriptor: { digest } }) => {
      const path = layout.blobPath(digest)
      const statement = parseStatement(await readFile(path))
      if (!isAbout(statement, subject.digest)) throw aboutAnother(digest, subject)
      return { descriptor, subject, statement, path }
    }),
  )
}

function aboutAnother(digest: string, subject: Descriptor): GateError {
  return new GateError({
    title: 'A statement is kept with another image than the one it is about',
    explanation: `Statement ${digest} is kept with ${subject.digest}, which is not among its subjects.`,
    remedy: 'Build the image again, and let no step after the build write to its layout.',
  })
}
