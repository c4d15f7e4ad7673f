import { ServiceError } from '@oke-pipeline/core'
import { fieldOf, isJsonObject } from '../json.ts'
import type { Json } from '../json.ts'
import { isKubernetesObject } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import type { ClusterAccess } from './access.ts'
import { apiError, connectionError, serviceName } from './api-error.ts'
import type { ApiAnswer, ApiRequest } from './exchange.ts'
import { wholeAnswer } from './stream-transport.ts'
import type { ApiStream } from './stream-transport.ts'

/** Where a watch begins, and how long it goes on. */
export interface WatchStart {
  /** Of the list, or of the last event, that it goes on from. */
  readonly resourceVersion: string
  /** After which the server ends it. */
  readonly seconds: number
  readonly signal: AbortSignal
}

/** Something that changed; a bookmark only says up to where everything is known. */
export type WatchEvent =
  | { readonly type: 'present' | 'gone'; readonly object: KubernetesObject }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }

/**
 * The request for what changes in a collection
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
 */
export function watchRequest(
  path: string,
  selectors: Readonly<Record<string, string>>,
  { resourceVersion, seconds }: WatchStart,
): ApiRequest {
  const query = {
    ...selectors,
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion,
    timeoutSeconds: seconds.toFixed(0),
  }
  return { method: 'GET', path, query }
}

/**
 * The events of a watch, until the server ends it.
 * @throws {@link ApiError} with status 410 when too much has happened since its start, so that the
 * collection must be listed anew, and with other statuses when it is refused.
 */
export async function* watchEvents(
  access: ClusterAccess,
  request: ApiRequest,
  open: (request: ApiRequest) => Promise<ApiStream>,
): AsyncGenerator<WatchEvent> {
  try {
    const stream = await open(request)
    if (stream.status >= 400) throw apiError(access, request, await wholeAnswer(stream))
    for await (const line of stream.lines) {
      const event = parsed(line)
      if (fieldOf(event, 'type') === 'ERROR') throw apiError(access, request, answerIn(event))
      yield eventOf(event) ?? unreadable(access)
    }
  } catch (error) {
    if (error instanceof ServiceError || isAbort(error)) throw error
    throw connectionError(access, error)
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

function parsed(line: string): Json | undefined {
  try {
    const value = JSON.parse(line) as unknown
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function eventOf(event: Json | undefined): WatchEvent | undefined {
  const type = fieldOf(event, 'type')
  const object = fieldOf(event, 'object')
  const resourceVersion = fieldOf(object, 'metadata', 'resourceVersion')
  if (type === 'BOOKMARK' && typeof resourceVersion === 'string') {
    return { type: 'bookmark', resourceVersion }
  }
  if (!isKubernetesObject(object) || typeof type !== 'string') return undefined
  return { type: type === 'DELETED' ? 'gone' : 'present', object }
}

/** The refusal that an event of type `ERROR` carries, as if it were the answer. */
function answerIn(event: Json | undefined): ApiAnswer {
  const status = fieldOf(event, 'object')
  const code = fieldOf(status, 'code')
  return {
    status: typeof code === 'number' ? code : 500,
    headers: {},
    text: JSON.stringify(status ?? {}),
  }
}

function unreadable(access: ClusterAccess): never {
  throw new ServiceError({
    service: serviceName(access),
    title: `The ${serviceName(access)} sent something unexpected while it was watched`,
    explanation: 'A line of the stream is no event.',
    isRetryable: true,
  })
}
