import type { PartGroup } from './group.ts'
import type { LabRecord } from './lab-record.ts'

/** What the owner of a lab asks its keeper for. */
export interface KeeperRequest {
  readonly type: 'start'
  readonly name: string
  readonly groups: readonly PartGroup[]
  readonly install: boolean
  /** True: once it is up, the lab stays when the owner ends. */
  readonly detached: boolean
}

/** What a keeper tells the owner. */
export type KeeperMessage =
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'ready'; readonly record: LabRecord }
  | { readonly type: 'failed'; readonly problem: string }

/** Whether a message from the owner is a request to start. */
export function isKeeperRequest(message: unknown): message is KeeperRequest {
  return hasType(message) && message.type === 'start'
}

/** Whether a message is one of a keeper's. */
export function isKeeperMessage(message: unknown): message is KeeperMessage {
  return hasType(message) && ['log', 'ready', 'failed'].includes(String(message.type))
}

function hasType(message: unknown): message is { readonly type: unknown } {
  return typeof message === 'object' && message !== null && 'type' in message
}
