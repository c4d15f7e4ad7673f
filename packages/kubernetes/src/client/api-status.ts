import { fieldOf, isJsonObject, objectsOf } from '../json.ts'
import type { Json } from '../json.ts'

/** One field that the API server found fault with. */
export interface StatusCause {
  readonly field: string | undefined
  readonly message: string
}

/** The `Status` object that the API server answers a refused request with. */
export interface ApiStatus {
  readonly message: string
  readonly reason: string | undefined
  readonly causes: readonly StatusCause[]
  readonly retryAfterSeconds: number | undefined
}

/** Reads a `Status`; a body that is none, such as a proxy's page, becomes its message. */
export function parseStatus(text: string): ApiStatus {
  const body = parsed(text)
  if (!isJsonObject(body) || body.kind !== 'Status') {
    return { message: firstLine(text), reason: undefined, causes: [], retryAfterSeconds: undefined }
  }
  const retryAfter = fieldOf(body, 'details', 'retryAfterSeconds')
  return {
    message: textOf(body.message) ?? '',
    reason: textOf(body.reason),
    causes: objectsOf(fieldOf(body, 'details', 'causes')).map((cause) => ({
      field: textOf(cause.field),
      message: textOf(cause.message) ?? '',
    })),
    retryAfterSeconds: typeof retryAfter === 'number' ? retryAfter : undefined,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').slice(0, 200)
}
