import { inert } from '@oke-pipeline/core'
import * as v from 'valibot'
import { MalformedAnswer, parseJson } from '../client/read-json.ts'

/**
 * What a JSON web token says. Nothing is verified: a token is judged by the service that it is sent
 * to; here its claims only help to say early, and in words, what that service would refuse.
 * @throws MalformedAnswer, which never quotes the token.
 */
export function claimsOf<Schema extends v.GenericSchema>(
  token: string,
  schema: Schema,
): v.InferOutput<Schema> {
  const [, payload, signature] = token.split('.')
  if (payload === undefined || signature === undefined) {
    throw new MalformedAnswer('it is not a JSON web token')
  }
  return parseJson(schema, Buffer.from(payload, 'base64url').toString())
}

/** A claim of a token as one line for the log. */
export function shownClaim(value: string): string {
  return inert(value.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')).slice(0, 300)
}
