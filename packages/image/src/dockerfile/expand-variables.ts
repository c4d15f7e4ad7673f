/** Values of variables by name; those that are not set are absent. */
export type Variables = Readonly<Record<string, string | undefined>>

const reference =
  /\\(?<escaped>.)|\$(?:(?<plain>\w+)|\{(?<name>\w+)(?:(?<operator>:?[-+?])(?<word>(?:[^{}]|\$\{[^{}]*\})*))?\}|(?<other>\{[^}]*\}))/gs

/**
 * A text with its variables replaced, as the builder does in `FROM`. Undefined where it uses a
 * form that is not known here: then only the builder can tell.
 */
export function expandVariables(text: string, variables: Variables): string | undefined {
  const isKnown = [...text.matchAll(reference)].every((match) => match.groups?.other === undefined)
  if (!isKnown) return undefined
  return text.replace(reference, (...found) => {
    const groups = found.at(-1) as Groups
    return groups.escaped ?? valueOf(groups, variables)
  })
}

type Groups = Readonly<Record<string, string | undefined>>

function valueOf(groups: Groups, variables: Variables): string {
  const name = groups.plain ?? groups.name ?? ''
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined
  const operator = groups.operator ?? ''
  // With the colon, an empty value counts as none.
  const isGiven = value !== undefined && !(operator.startsWith(':') && value === '')
  const word = (): string => expandVariables(groups.word ?? '', variables) ?? ''
  if (operator.endsWith('+')) return isGiven ? word() : ''
  if (operator.endsWith('-') && !isGiven) return word()
  return value ?? ''
}
