import type { InputProblem, Runner } from '@oke-pipeline/core'
import type { Substitution } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'

/** The declared variables and their values, or which of them have none. */
export interface DeclaredVariables {
  /** Undefined where nothing is declared, and therefore nothing replaced. */
  readonly substitution: Substitution | undefined
  readonly problems: readonly InputProblem[]
}

/** Looks the declared variables up in the environment of the step. */
export function declaredVariables(
  { substitute }: Partial<Inputs>,
  { environment, mask }: Pick<Runner, 'environment' | 'mask'>,
): DeclaredVariables {
  if (substitute === undefined) return { substitution: undefined, problems: [] }
  const values = substitute.map((name) => [name, environment[name]] as const)
  const known = values.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  const missing = substitute.filter((name) => environment[name] === undefined)
  return {
    substitution: { variables: new Map(known), mask },
    problems: missing.map((got) => ({
      input: 'substitute',
      got,
      problem: 'is no variable of this step: set it under "env:"',
    })),
  }
}
