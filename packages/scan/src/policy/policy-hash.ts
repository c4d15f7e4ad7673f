import { createHash } from 'node:crypto'
import type { GatePolicy } from './gate-policy.ts'

/** The digest of what a policy says, however it is written: `sha256:…`. */
export function policyHash(policy: GatePolicy): string {
  const text = JSON.stringify(policy, (_key, value: unknown) => sorted(value))
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  )
}
