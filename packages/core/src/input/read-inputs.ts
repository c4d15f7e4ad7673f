import { ConfigurationError } from '../errors.ts'
import { UnacceptableValue } from './kind.ts'
import type { Input, InputTable, Values } from './table.ts'

/** One thing wrong with one input. */
export interface InputProblem {
  readonly input: string
  /** What was given, as the user wrote it; absent for an input that was not given. */
  readonly got?: string
  readonly problem: string
}

/** Where inputs come from, and where their secrets are made known before anything may log. */
export interface InputSource {
  input(name: string): string | undefined
  mask(secret: string): void
}

/** Looks at the values together, or at the world outside: files, combinations. */
export type InputCheck<Table extends InputTable> = (
  values: Partial<Values<Table>>,
) => Promise<readonly InputProblem[]> | readonly InputProblem[]

/**
 * Reads every input of a table. Secrets are masked first; then all problems of all inputs, those
 * found by `check` included, are reported in one error.
 * @throws {@link ConfigurationError} that names input, value and expectation of each problem.
 */
export async function readInputs<Table extends InputTable>(
  table: Table,
  source: InputSource,
  check: InputCheck<Table> = () => [],
): Promise<Values<Table>> {
  maskSecrets(table, source)
  const values: Record<string, unknown> = {}
  const problems: InputProblem[] = []
  for (const [name, input] of Object.entries(table)) {
    const outcome = readInput(name, input, source)
    if ('problem' in outcome) problems.push(outcome)
    else values[name] = outcome.value
  }
  // The values were made by the kinds that the table's types are inferred from.
  const typed = values as Values<Table>
  problems.push(...(await check(typed)))
  if (problems.length > 0) throw inputError(problems)
  return typed
}

function maskSecrets(table: InputTable, source: InputSource): void {
  for (const [name, { kind }] of Object.entries(table)) {
    const given = source.input(name)?.trim()
    if (given === undefined || given === '') continue
    for (const secret of kind.secretsOf?.(given) ?? []) source.mask(secret)
  }
}

function readInput(
  name: string,
  input: Input<unknown>,
  source: InputSource,
): { readonly value: unknown } | InputProblem {
  const given = source.input(name)?.trim()
  const text = given === undefined || given === '' ? input.default : given
  if (text === undefined || text === '') {
    if (!input.isRequired) return { value: undefined }
    return { input: name, problem: `is required: give ${input.kind.expects}` }
  }
  try {
    return { value: input.kind.parse(text) }
  } catch (error) {
    if (!(error instanceof UnacceptableValue)) throw error
    return unacceptable(name, input, { text, because: error.message })
  }
}

function unacceptable(
  name: string,
  { kind }: Input<unknown>,
  { text, because }: { readonly text: string; readonly because: string },
): InputProblem {
  const isSecret = kind.secretsOf !== undefined
  return {
    input: name,
    ...(isSecret ? {} : { got: text }),
    problem: `expected ${kind.expects}${because === '' ? '' : ` (${because})`}`,
  }
}

/** The one error that lists all input problems. */
function inputError(problems: readonly InputProblem[]): ConfigurationError {
  const count = problems.length === 1 ? 'One input is' : `${problems.length} inputs are`
  return new ConfigurationError({
    title: `${count} not usable`,
    explanation: problems.map((problem) => `\n  - ${describe(problem)}`).join(''),
    remedy: '\nChange them under "with:" of this step. Nothing has been done yet.',
  })
}

function describe({ input, got, problem }: InputProblem): string {
  const value = got === undefined ? '' : ` got ${JSON.stringify(shortened(got))},`
  return `"${input}":${value} ${problem}.`
}

function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`
}
