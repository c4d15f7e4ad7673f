import type { InputProblem, InputSource } from '@oke-pipeline/core'

/** Inputs that went by another name, and by what they are given now. */
const renamed: Readonly<Record<string, string>> = {
  'rollback-on-failure': 'is now "on-failure: rollback" (true) or "on-failure: keep" (false)',
}

/** The runner only warns of inputs that it does not know: these must not be ignored. */
export function renamedInputs(source: Pick<InputSource, 'input'>): readonly InputProblem[] {
  return Object.entries(renamed).flatMap(([input, problem]) => {
    const got = source.input(input)
    return got === undefined || got === '' ? [] : [{ input, got, problem }]
  })
}
