import { addReferrer } from '@oke-pipeline/image'
import type { Descriptor, Layout } from '@oke-pipeline/image'
import type { Statement } from './statement.ts'

/** The media type of an in-toto statement without a signature. */
export const statementMediaType = 'application/vnd.in-toto+json'

/** The annotation under which BuildKit and others say what kind of claim a statement is. */
export const predicateTypeAnnotation = 'in-toto.io/predicate-type'

/**
 * Keeps a statement with its image, as a referrer in the layout, so that the push carries it.
 * Returns the descriptor of the referrer.
 * @throws Error when the statement is about another image.
 */
export async function keepStatement(layout: Layout, statement: Statement): Promise<Descriptor> {
  const [subject] = statement.subject
  if (subject === undefined || `sha256:${subject.digest.sha256}` !== layout.digest) {
    throw new Error(`The statement is about another image than ${layout.digest}`)
  }
  return addReferrer(layout.path, {
    artifactType: statementMediaType,
    subject: layout.root,
    content: { mediaType: statementMediaType, bytes: Buffer.from(JSON.stringify(statement)) },
    annotations: { [predicateTypeAnnotation]: statement.predicateType },
  })
}
