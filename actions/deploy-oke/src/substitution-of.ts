import type { InputProblem, Runner } from '@oke-pipeline/core'
import type { Substitution } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'

/** The declared variables and their values, or which of them have none. */
export interface DeclaredVariables {
  /** Undefined where nothing is declared, and therefore nothing replaced. */
  readonly substitution: Substitution | undefined
  readonly problems: readonly InputProblem[]
}

/** The declared variables; what has no value is looked up in the environment of the step. */
export function declaredVariables(
  { substitute }: Partial<Inputs>,
  { environment, mask }: Pick<Runner, 'environment' | 'mask'>,
): DeclaredVariables {
  if (substitute === undefined) return { substitution: undefined, problems: [] }
  const values = substitute.map(({ name, value }) => ({ name, value: value ?? environment[name] }))
  const known = values.flatMap(({ name, value }) =>
    value === undefined ? [] : [[name, value] as const],
  )
  const missing = values.filter(({ value }) => value === undefined)
  return {
    substitution: { variables: new Map(known), mask },
    problems: missing.map(({ name }) => ({
      input: 'substitute',
      got: name,
      problem: 'is no variable of this step: set it under "env:", or write NAME=value',
    })),
  }
}
