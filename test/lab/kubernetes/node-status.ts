import type { ApiClient } from './api-client.ts'

/** Whether pods can be made and run: the node is ready and untainted, and the default service account is there. */
export async function isUsable(client: ApiClient, nodeName: string): Promise<boolean> {
  const node = await client.get(`/api/v1/nodes/${nodeName}`)
  if (!isNode(node) || (node.spec.taints ?? []).length > 0) return false
  const ready = node.status.conditions?.find((condition) => condition.type === 'Ready')
  if (ready?.status !== 'True') throw new Error(`the node says: ${ready?.message ?? 'nothing yet'}`)
  await client.get('/api/v1/namespaces/default/serviceaccounts/default')
  return true
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly message?: string
}

interface Node {
  readonly spec: { readonly taints?: readonly unknown[] }
  readonly status: { readonly conditions?: readonly Condition[] }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'spec' in value && 'status' in value
}
