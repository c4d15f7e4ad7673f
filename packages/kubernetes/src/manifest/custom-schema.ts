import { canonicalJson, fieldOf, isJsonObject, objectsOf } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { groupOf, nameOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import type { Manifest, ManifestProblem } from './manifest.ts'

/**
 * What is wrong with custom resources by the definitions that come with them. The server cannot be
 * asked about a kind that it does not serve yet: types, missing and unknown fields and simple limits
 * are checked here, what else a schema says (`oneOf`, CEL rules) once the definition is applied.
 */
export function customResourceProblems(manifests: readonly Manifest[]): readonly ManifestProblem[] {
  const schemas = new Map(manifests.flatMap(({ object }) => schemasOf(object)))
  return manifests.flatMap(({ object, place }) => {
    const schema = schemas.get(typeOf(object))
    if (schema === undefined) return []
    return complaints(object, withCommonFields(schema), '').map((complaint) => ({
      place,
      problem: `has ${nameOf(referenceOf(object))}, which its definition refuses: ${complaint}`,
    }))
  })
}

function typeOf({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return `${apiVersion} ${kind}`
}

/** The schemas that a definition has, by version and kind. */
function schemasOf(object: KubernetesObject): readonly (readonly [string, JsonObject])[] {
  const isDefinition =
    object.kind === 'CustomResourceDefinition' &&
    groupOf(object.apiVersion) === 'apiextensions.k8s.io'
  const group = fieldOf(object, 'spec', 'group')
  const kind = fieldOf(object, 'spec', 'names', 'kind')
  if (!isDefinition || typeof group !== 'string' || typeof kind !== 'string') return []
  return objectsOf(fieldOf(object, 'spec', 'versions')).flatMap(({ name, schema }) => {
    const found = fieldOf(schema, 'openAPIV3Schema')
    if (typeof name !== 'string' || !isJsonObject(found)) return []
    return [[typeOf({ apiVersion: `${group}/${name}`, kind }), found] as const]
  })
}

/** What every object has is not for the schema of one kind to say. */
function withCommonFields(schema: JsonObject): JsonObject {
  const properties = isJsonObject(schema.properties) ? schema.properties : {}
  return { ...schema, properties: { ...properties, apiVersion: {}, kind: {}, metadata: {} } }
}

function complaints(value: Json, schema: JsonObject, path: string): readonly string[] {
  // The server drops a null, or puts the default in its place.
  if (value === null) return []
  const wrongType = typeComplaint(value, schema)
  if (wrongType !== undefined) return [`${shown(path)} ${wrongType}`]
  const limits = limitComplaints(value, schema).map((complaint) => `${shown(path)} ${complaint}`)
  if (isJsonObject(value)) return [...limits, ...fieldComplaints(value, schema, path)]
  const { items } = schema
  if (!Array.isArray(value) || !isJsonObject(items)) return limits
  const nested = value.map((item: Json, index) => complaints(item, items, `${path}[${index}]`))
  return [...limits, ...nested.flat()]
}

const typeChecks: Readonly<Record<string, (value: Json) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: isJsonObject,
}

function typeComplaint(value: Json, schema: JsonObject): string | undefined {
  const { type } = schema
  if (schema['x-kubernetes-int-or-string'] === true) {
    return typeof value === 'string' || Number.isInteger(value)
      ? undefined
      : 'must be an integer or a string'
  }
  if (typeof type !== 'string' || typeChecks[type]?.(value) !== false) return undefined
  return `must be of the type ${type}`
}

function limitComplaints(value: Json, schema: JsonObject): readonly string[] {
  const { enum: allowed, minimum, maximum, pattern } = schema
  const found: string[] = []
  if (Array.isArray(allowed)) {
    const texts = allowed.map((one: Json) => canonicalJson(one))
    if (!texts.includes(canonicalJson(value))) found.push(`must be one of ${texts.join(', ')}`)
  }
  if (typeof value === 'number') {
    if (typeof minimum === 'number' && value < minimum) found.push(`must be at least ${minimum}`)
    if (typeof maximum === 'number' && value > maximum) found.push(`must be at most ${maximum}`)
  }
  if (typeof value === 'string' && typeof pattern === 'string' && !fits(value, pattern)) {
    found.push(`must match ${pattern}`)
  }
  return found
}

function fits(value: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value)
  } catch {
    // The server's expressions know what those of JavaScript do not: it will say.
    return true
  }
}

function fieldComplaints(value: JsonObject, schema: JsonObject, path: string): readonly string[] {
  const properties = isJsonObject(schema.properties) ? schema.properties : {}
  const missing = textsIn(schema.required)
    .filter((name) => value[name] === undefined)
    .filter((name) => fieldOf(properties, name, 'default') === undefined)
    .map((name) => `${shown(within(path, name))} is required`)
  const nested = Object.entries(value).flatMap(([name, field]) => {
    if (field === undefined) return []
    const own = Object.hasOwn(properties, name) ? properties[name] : otherFields(name, schema)
    if (own === undefined) return [`${shown(within(path, name))} is not known`]
    return isJsonObject(own) ? complaints(field, own, within(path, name)) : []
  })
  return [...missing, ...nested]
}

/** The schema of a field that is none of the properties; true for anything, undefined for none. */
function otherFields(name: string, schema: JsonObject): JsonObject | true | undefined {
  const { additionalProperties } = schema
  if (isJsonObject(additionalProperties)) return additionalProperties
  if (additionalProperties === true || !isClosed(schema)) return true
  const ofObjects = ['apiVersion', 'kind', 'metadata']
  return schema['x-kubernetes-embedded-resource'] === true && ofObjects.includes(name)
    ? true
    : undefined
}

/** Whether fields that are not named are refused. */
function isClosed(schema: JsonObject): boolean {
  return schema.type === 'object' && schema['x-kubernetes-preserve-unknown-fields'] !== true
}

function textsIn(value: Json | undefined): readonly string[] {
  return (Array.isArray(value) ? value : []).filter((one: Json) => typeof one === 'string')
}

function within(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function shown(path: string): string {
  return path === '' ? 'it' : path
}
