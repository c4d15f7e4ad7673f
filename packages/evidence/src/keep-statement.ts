import { addReferrer } from '@oke-pipeline/image'
import type { Descriptor, Layout } from '@oke-pipeline/image'
import { isAbout, parseStatement } from './parse-statement.ts'
import { predicateTypes } from './statement.ts'
import type { Statement } from './statement.ts'

/** The media type of an in-toto statement without a signature. */
export const statementMediaType = 'application/vnd.in-toto+json'

/** The annotation under which BuildKit and others say what kind of claim a statement is. */
export const predicateTypeAnnotation = 'in-toto.io/predicate-type'

/**
 * Keeps a statement with its image, as a referrer in the layout, so that the push carries it.
 * Returns the descriptor of the referrer. The same statement again changes nothing.
 * @param subject What it is about: the image, or one of its platforms.
 * @throws Error when the statement is about something else.
 */
export async function keepStatement(
  layout: Pick<Layout, 'path' | 'root'>,
  statement: Statement,
  subject: Descriptor = layout.root,
): Promise<Descriptor> {
  return keepStatementBytes(layout.path, Buffer.from(JSON.stringify(statement)), subject)
}

/** Keeps a statement as others wrote it. */
export async function keepStatementBytes(
  layout: string,
  bytes: Uint8Array,
  subject: Descriptor,
): Promise<Descriptor> {
  const statement = parseStatement(bytes)
  if (!isAbout(statement, subject.digest)) {
    throw new Error(`The statement is about another image than ${subject.digest}`)
  }
  return addReferrer(layout, {
    artifactType: statementMediaType,
    subject,
    content: { mediaType: statementMediaType, bytes, title: titleOf(statement.predicateType) },
    annotations: { [predicateTypeAnnotation]: statement.predicateType },
  })
}

const titles: Readonly<Record<string, string>> = {
  [predicateTypes.provenance]: 'provenance',
  [predicateTypes.spdx]: 'sbom-spdx',
  [predicateTypes.cyclonedx]: 'sbom-cyclonedx',
  [predicateTypes.testResult]: 'test-result',
  [predicateTypes.vulnerabilities]: 'vulnerabilities',
}

/** The name of the file that the statement becomes where somebody pulls it. */
function titleOf(predicateType: string): string {
  return `${titles[predicateType] ?? 'statement'}.intoto.json`
}
