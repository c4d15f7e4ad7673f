import { ConfigurationError, messageOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import { readCsaf } from './read-csaf.ts'
import { readCyclonedxVex } from './read-cyclonedx-vex.ts'
import { readOpenvex } from './read-openvex.ts'
import { unwrapped } from './unwrap-statement.ts'
import type { VexContent } from './vex-content.ts'
import type { VexDocument, VexOrigin } from './vex-document.ts'

/**
 * Reads a VEX document: OpenVEX, CSAF or CycloneDX, alone or as the predicate of an in-toto
 * statement, also within a DSSE envelope or a Sigstore bundle. Signatures are not looked at here:
 * the origin says whose was verified.
 * @throws {@link ConfigurationError} for what is none of these.
 */
export function readVex(text: string, origin: VexOrigin): VexDocument {
  const { document, digests: subjects } = unwrapped(dataOf(text, origin))
  const content = contentOf(document, origin)
  return {
    origin,
    subjects,
    ...(subjects === undefined ? content : aboutSubjects(content, subjects)),
  }
}

function dataOf(text: string, origin: VexOrigin): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unusable(origin, `It is not JSON: ${messageOf(error)}.`, error)
  }
}

const Marks = v.object({
  '@context': v.optional(v.unknown()),
  bomFormat: v.optional(v.unknown()),
  document: v.optional(v.unknown()),
})

function contentOf(data: unknown, origin: VexOrigin): VexContent {
  const marks = v.safeParse(Marks, data)
  if (!marks.success) throw unusable(origin, 'It is not a JSON object.')
  try {
    return read(data, marks.output, origin)
  } catch (error) {
    if (!v.isValiError(error)) throw error
    throw unusable(origin, problemsOf(error), error)
  }
}

function read(data: unknown, marks: v.InferOutput<typeof Marks>, origin: VexOrigin): VexContent {
  if (marks['@context'] !== undefined) return readOpenvex(data)
  if (marks.bomFormat !== undefined) return readCyclonedxVex(data)
  if (marks.document !== undefined) return readCsaf(data)
  throw unusable(origin, 'It is neither OpenVEX nor CSAF nor CycloneDX.')
}

const shownProblems = 10

function problemsOf({ issues }: { readonly issues: readonly v.BaseIssue<unknown>[] }): string {
  const lines = issues.slice(0, shownProblems).map((issue) => {
    const path = v.getDotPath(issue) ?? 'the document'
    return `\n  - ${path}: ${issue.message}.`
  })
  return `It is not as its format has it:${lines.join('')}`
}

/** What names no product is about the image that the statement around it names. */
function aboutSubjects(content: VexContent, digests: readonly string[]): VexContent {
  const product = { purls: [], digests, components: [] }
  return {
    ...content,
    statements: content.statements.map((statement) =>
      statement.products.length > 0 ? statement : { ...statement, products: [product] },
    ),
  }
}

function unusable(origin: VexOrigin, explanation: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError({
    title: `VEX document "${origin.name}" is not usable`,
    explanation,
    remedy: 'Give a document in OpenVEX, CSAF or CycloneDX (JSON), or leave it out.',
    ...(origin.kind === 'file' ? { place: { file: origin.name } } : {}),
    cause,
  })
}
