import { isJsonObject } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { isKubernetesObject } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import type { ApiAnswer } from './exchange.ts'

/** What the server answered, as JSON. */
export function jsonOf(answer: ApiAnswer): JsonObject {
  const value = JSON.parse(answer.text) as unknown
  if (!isJsonObject(value)) throw new Error('The API server answered with something unexpected')
  return value
}

/** The object that the server answered with. */
export function objectOf(answer: ApiAnswer): KubernetesObject {
  const value = jsonOf(answer)
  if (!isKubernetesObject(value)) throw new Error('The API server answered without an object')
  return value
}
