import { UnacceptableValue } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'

/** A variable that may be named in manifests; one without a value has that of the step. */
export interface DeclaredVariable {
  readonly name: string
  readonly value: string | undefined
}

const assignment = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/
const name = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Names, separated by newlines or commas, and `NAME=value`, of which each has a line to itself. */
export function variablesKind(): Kind<readonly DeclaredVariable[]> {
  return {
    type: 'List',
    expects:
      'names of variables (letters, digits and "_"), separated by newlines or commas, or NAME=value, one a line',
    parse: (text) => text.split(/\r?\n/).flatMap(variablesIn),
  }
}

function variablesIn(line: string): readonly DeclaredVariable[] {
  const [, assigned, value] = assignment.exec(line) ?? []
  if (assigned !== undefined) return [{ name: assigned, value }]
  return line
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(declared)
}

function declared(part: string): DeclaredVariable {
  if (!name.test(part)) throw new UnacceptableValue(`${JSON.stringify(part)} is not`)
  return { name: part, value: undefined }
}
