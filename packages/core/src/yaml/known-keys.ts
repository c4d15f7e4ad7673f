import type * as v from 'valibot'
import type { YamlPath } from './placed-yaml.ts'

/** The parts of a schema that lead to the schemas inside it; each kind has some of them. */
interface SchemaParts {
  readonly entries?: Readonly<Record<string, SchemaParts>>
  readonly item?: SchemaParts
  readonly value?: SchemaParts
  readonly wrapped?: SchemaParts
  readonly options?: readonly unknown[]
  readonly pipe?: readonly unknown[]
}

/** The keys that a schema knows in the mapping that a path leads to. */
export function knownKeysAt(schema: v.GenericSchema, path: YamlPath): readonly string[] {
  let parts: readonly SchemaParts[] = shapesOf(schema)
  for (const step of path) parts = parts.flatMap((part) => childrenAt(part, step))
  return [...new Set(parts.flatMap(({ entries = {} }) => Object.keys(entries)))]
}

function childrenAt(part: SchemaParts, step: string | number): readonly SchemaParts[] {
  const child = typeof step === 'number' ? part.item : (part.entries?.[step] ?? part.value)
  return child === undefined ? [] : shapesOf(child)
}

/** What a schema is without what it is wrapped in: options, pipes, alternatives. */
function shapesOf(schema: unknown): readonly SchemaParts[] {
  if (!isSchema(schema)) return []
  if (schema.wrapped !== undefined) return shapesOf(schema.wrapped)
  const inner = [...(schema.options ?? []), ...(schema.pipe?.slice(0, 1) ?? [])]
  return inner.length === 0 || inner[0] === schema ? [schema] : inner.flatMap(shapesOf)
}

function isSchema(value: unknown): value is SchemaParts {
  return typeof value === 'object' && value !== null
}
