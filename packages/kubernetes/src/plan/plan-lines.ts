import { stringify } from 'yaml'
import type { PlannedObject } from './plan-document.ts'

type Field = PlannedObject['fields'][number]

/** What a plan changes in an object, as lines of a diff: `-` is how it is, `+` how it will be. */
export function diffLines({ fields }: PlannedObject): readonly string[] {
  return fields.flatMap(({ path, before, after }) => [
    ...linesOf('-', path, before),
    ...linesOf('+', path, after),
  ])
}

function linesOf(sign: string, path: string, value: Field['before']): readonly string[] {
  if (value === undefined) return []
  const lines = stringify(value, { lineWidth: 0 }).trimEnd().split('\n')
  if (path === '') return lines.map((line) => `${sign} ${line}`)
  const isNested = typeof value === 'object' && value !== null
  const [first = '', ...rest] = isNested ? ['', ...lines] : lines
  return [`${sign} ${path}: ${first}`.trimEnd(), ...rest.map((line) => `${sign}   ${line}`)]
}
