import { isRefusal } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { fieldOf, objectsOf } from '../json.ts'
import type { KubernetesObject } from '../object.ts'

/**
 * What is wrong with a node, by its own conditions, in one line; undefined where nothing is, or
 * where nodes may not be read: a Role of a namespace cannot allow it.
 */
export async function nodeState(cluster: Cluster, name: string): Promise<string | undefined> {
  try {
    const node = await cluster.get({ apiVersion: 'v1', kind: 'Node', name, namespace: undefined })
    return node === undefined ? `node "${name}" is gone` : stateIn(node)
  } catch (error) {
    // The cause is known without it.
    if (isRefusal(error)) return undefined
    throw error
  }
}

const pressures: Readonly<Record<string, string>> = {
  DiskPressure: 'is short of disk space',
  MemoryPressure: 'is short of memory',
  PIDPressure: 'is short of process numbers',
  NetworkUnavailable: 'has no network',
}

function stateIn(node: KubernetesObject): string | undefined {
  const conditions = objectsOf(fieldOf(node, 'status', 'conditions'))
  const ready = conditions.find(({ type }) => type === 'Ready')
  const unready =
    ready?.status === 'True'
      ? []
      : [['is not ready', text(ready?.reason, ' (', ')'), text(ready?.message, ': ', '')].join('')]
  const short = conditions
    .filter(({ status }) => status === 'True')
    .flatMap(({ type }) => (typeof type === 'string' ? (pressures[type] ?? []) : []))
  const problems = [...short, ...unready]
  return problems.length === 0
    ? undefined
    : `node "${node.metadata.name}" ${problems.join('; it ')}`
}

function text(value: unknown, before: string, after: string): string {
  return typeof value === 'string' && value !== '' ? `${before}${value}${after}` : ''
}
