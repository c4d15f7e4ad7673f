/** Thrown for a line whose quotes do not close. */
export class InvalidFields extends Error {}

/** A part of a rule: `name=value`, or a value alone. */
export interface Field {
  readonly name: string | undefined
  readonly value: string
}

const fieldGrammar = /\s*(?:"(?<quoted>(?:[^"]|"")*)"\s*|(?<plain>(?!")[^,]*))(?<end>,|$)/y

/**
 * The parts of a rule, separated by commas; one in double quotes may have commas in it.
 * @throws {@link InvalidFields}
 */
export function ruleFields(line: string): readonly Field[] {
  const fields: Field[] = []
  fieldGrammar.lastIndex = 0
  for (;;) {
    const groups = fieldGrammar.exec(line)?.groups
    if (groups === undefined) throw new InvalidFields('its quotes do not close before a comma')
    fields.push(fieldOf(groups.quoted?.replaceAll('""', '"') ?? groups.plain ?? ''))
    if (groups.end === '') return fields
  }
}

function fieldOf(text: string): Field {
  const [, name, value] = /^\s*([a-z]+)\s*=(.*)$/is.exec(text) ?? []
  if (name === undefined || value === undefined) return { name: undefined, value: text.trim() }
  return { name: name.toLowerCase(), value: value.trim() }
}
