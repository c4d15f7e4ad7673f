import * as v from 'valibot'
import type { Cluster } from '../client/cluster.ts'
import type { JsonObject } from '../json.ts'

/** Something that Kubernetes tells of an object. */
export interface ClusterEvent {
  readonly isWarning: boolean
  readonly objectUid: string
  readonly objectKind: string
  readonly objectName: string
  readonly reason: string
  readonly message: string
  readonly count: number
  readonly lastSeen: Date
}

const eventSchema = v.object({
  involvedObject: v.object({
    uid: v.optional(v.string(), ''),
    kind: v.optional(v.string(), ''),
    name: v.optional(v.string(), ''),
  }),
  type: v.optional(v.string(), ''),
  reason: v.optional(v.string(), ''),
  message: v.optional(v.string(), ''),
  count: v.nullish(v.number()),
  lastTimestamp: v.nullish(v.string()),
  eventTime: v.nullish(v.string()),
  series: v.nullish(
    v.object({ count: v.nullish(v.number()), lastObservedTime: v.nullish(v.string()) }),
  ),
})

/** The warnings of a namespace, latest last. */
export async function warningEvents(
  cluster: Cluster,
  namespace: string,
): Promise<readonly ClusterEvent[]> {
  const { items } = await cluster.list({
    apiVersion: 'v1',
    kind: 'Event',
    namespace,
    fieldSelector: 'type=Warning',
  })
  return items.map(parseEvent).sort((a, b) => a.lastSeen.getTime() - b.lastSeen.getTime())
}

/** Reads an event as the API server gives it. */
export function parseEvent(object: JsonObject): ClusterEvent {
  const event = v.parse(eventSchema, object)
  const seen = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime
  return {
    isWarning: event.type === 'Warning',
    objectUid: event.involvedObject.uid,
    objectKind: event.involvedObject.kind,
    objectName: event.involvedObject.name,
    reason: event.reason,
    message: event.message,
    count: event.series?.count ?? event.count ?? 1,
    lastSeen: new Date(seen ?? 0),
  }
}
