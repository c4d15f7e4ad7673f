import type { Place } from '@oke-pipeline/core'
import { regularExpression } from './regular-expression.ts'
import type { ReadinessEntry, ServiceEntry } from './schema.ts'
import { secondsOf } from './seconds.ts'
import type { Readiness, Service } from './suite.ts'

const usualSeconds = 60

/** A service as a tests file describes it. */
export function serviceOf(name: string, entry: ServiceEntry, place: Place): Service {
  const { env = {}, image, layout = '', timeout } = entry
  return {
    name,
    source:
      image === undefined ? { kind: 'layout', path: layout } : { kind: 'image', reference: image },
    environment: Object.fromEntries(
      Object.entries(env).map(([variable, value]) => [variable, String(value)]),
    ),
    secretNames: entry['secret-env'] ?? [],
    args: entry.args,
    waitFor: readinessOf(entry['wait-for']),
    timeoutSeconds: timeout === undefined ? usualSeconds : secondsOf(timeout),
    place,
  }
}

/** A condition as a tests file describes it; the schema lets exactly one kind through. */
export function readinessOf({ port, http, log, command }: ReadinessEntry): Readiness {
  if (port !== undefined) return { kind: 'port', port }
  if (http !== undefined) return { kind: 'http', ...http }
  if (log !== undefined) return { kind: 'log', pattern: regularExpression(log) }
  if (command !== undefined) return { kind: 'command', command }
  return { kind: 'health' }
}
