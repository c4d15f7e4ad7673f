import type { Assignment } from '@oke-pipeline/core'

/** An option with its value, or nothing. */
export function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value]
}

/** The option once for each value. */
export function each(name: string, values: readonly string[] | undefined): readonly string[] {
  return (values ?? []).flatMap((value) => [name, value])
}

/** The option once for each `name=value`. */
export function pairs(
  name: string,
  assignments: readonly Assignment[] | undefined,
): readonly string[] {
  return each(
    name,
    assignments?.map((pair) => `${pair.name}=${pair.value}`),
  )
}
