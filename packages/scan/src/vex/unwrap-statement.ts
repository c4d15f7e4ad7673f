import * as v from 'valibot'

/** A document, and the digests of the images that the statement around it is about. */
export interface Unwrapped {
  readonly document: unknown
  /** Undefined where there is no statement around it. */
  readonly digests: readonly string[] | undefined
}

const Envelope = v.object({ payloadType: v.string(), payload: v.string() })
const Bundle = v.object({ dsseEnvelope: Envelope })
const Statement = v.object({
  _type: v.pipe(v.string(), v.startsWith('https://in-toto.io/Statement/')),
  subject: v.array(v.object({ digest: v.record(v.string(), v.string()) })),
  predicate: v.unknown(),
})

/** Takes a document out of a Sigstore bundle, a DSSE envelope and an in-toto statement. */
export function unwrapped(data: unknown): Unwrapped {
  const bundle = v.safeParse(Bundle, data)
  if (bundle.success) return unwrapped(payloadOf(bundle.output.dsseEnvelope))
  const envelope = v.safeParse(Envelope, data)
  if (envelope.success) return fromStatement(payloadOf(envelope.output))
  return fromStatement(data)
}

function fromStatement(data: unknown): Unwrapped {
  const statement = v.safeParse(Statement, data)
  if (!statement.success) return { document: data, digests: undefined }
  const digests = statement.output.subject.flatMap(({ digest }) =>
    digest.sha256 === undefined ? [] : [`sha256:${digest.sha256}`],
  )
  return { document: statement.output.predicate, digests }
}

/** What cannot be decoded is left for the reader of documents to refuse. */
function payloadOf({ payload }: v.InferOutput<typeof Envelope>): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}
