import { messageOf } from '@oke-pipeline/core'
import type { Bundle } from '@sigstore/bundle'
import { statementMediaType } from '../keep-statement.ts'
import { parseStatement } from '../parse-statement.ts'
import type { ReadStatement } from '../statement-schema.ts'
import { VerificationRefusal } from './refusal.ts'

/** A bundle whose signature nobody has looked at yet, and what it claims to say. */
export interface ReadBundle {
  readonly bundle: Bundle
  readonly statement: ReadStatement
}

/**
 * Reads a Sigstore bundle that holds an in-toto statement.
 * @throws {@link VerificationRefusal} for anything else.
 */
export async function readBundle(bytes: Uint8Array): Promise<ReadBundle> {
  const { bundleFromJSON } = await import('@sigstore/bundle')
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const bundle = bundleFromJSON(JSON.parse(text))
    return { bundle, statement: parseStatement(payloadOf(bundle)) }
  } catch (error) {
    throw new VerificationRefusal(`it is no Sigstore bundle of a statement: ${messageOf(error)}`)
  }
}

function payloadOf({ content }: Bundle): Uint8Array {
  if (content.$case !== 'dsseEnvelope') throw new Error('it signs a digest, and says nothing of it')
  const { payload, payloadType } = content.dsseEnvelope
  if (payloadType === statementMediaType) return payload
  throw new Error(`its payload is of type ${payloadType}, not ${statementMediaType}`)
}
