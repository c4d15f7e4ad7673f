import { UnacceptableValue } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'

/** Something that BuildKit takes as `type=registry,ref=…`: its kind and its attributes. */
export interface TypedEntry {
  readonly type: string
  readonly attributes: Readonly<Record<string, string>>
}

/** Fields of one line of CSV: commas separate, double quotes keep one together. */
export function fieldsOf(line: string): readonly string[] {
  const fields = line.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? []
  return fields.map((field) => unquoted(field.trim())).filter((field) => field !== '')
}

function unquoted(field: string): string {
  if (!field.startsWith('"') || !field.endsWith('"')) return field
  return field.slice(1, -1).replaceAll('""', '"')
}

/** A line of CSV from fields, each quoted where it has to be. */
export function csvOf(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',')
}

/** An entry as BuildKit's command lines take it. */
export function formatEntry({ type, attributes }: TypedEntry): string {
  const fields = Object.entries(attributes).map(([name, value]) => `${name}=${value}`)
  return csvOf([`type=${type}`, ...fields])
}

/** `type=…,name=value,…`; where `short` is given, a word alone stands for that attribute of a type. */
export function typedEntry(
  expects: string,
  short?: { readonly type: string; readonly attribute: string },
): Kind<TypedEntry> {
  return {
    type: 'Text',
    expects,
    parse(text) {
      const fields = fieldsOf(text)
      const [first = ''] = fields
      if (short !== undefined && fields.length === 1 && !first.includes('=')) {
        return { type: short.type, attributes: { [short.attribute]: first } }
      }
      const { type, ...attributes } = Object.fromEntries(fields.map(attributeOf))
      if (type === undefined || type === '') throw new UnacceptableValue('it has no "type="')
      return { type, attributes }
    },
  }
}

function attributeOf(field: string): readonly [string, string] {
  const at = field.indexOf('=')
  if (at < 1) throw new UnacceptableValue(`${JSON.stringify(field)} is not name=value`)
  return [field.slice(0, at), field.slice(at + 1)]
}
