import { checkTargetFile } from '@oke-pipeline/core'
import type { Files, InputProblem } from '@oke-pipeline/core'
import { checkLayoutInput } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'

/** Finds what is wrong with paths and combinations of inputs, before anything is run. */
export async function checkInputs(
  values: Partial<Inputs>,
  files: Files,
): Promise<readonly InputProblem[]> {
  const problems = [
    await checkLayoutInput(values.layout, files),
    await checkTargetFile('report', values.report, files),
    await checkTargetFile('junit', values.junit, files),
    checkTests(values),
    ...(await Promise.all((values.tests ?? []).map((path) => checkTestsFile(path, files)))),
    ...checkNames(values),
  ]
  return problems.filter((problem) => problem !== undefined)
}

function checkTests(values: Partial<Inputs>): InputProblem | undefined {
  // An input that was given and is wrong is absent here as well, and has a problem of its own.
  const areAllRead = ['command', 'http-port', 'tests'].every((name) => name in values)
  const { command = [], tests = [] } = values
  const isAnyGiven = command.length > 0 || tests.length > 0 || values['http-port'] !== undefined
  if (!areAllRead || isAnyGiven) return undefined
  return {
    input: 'tests',
    problem: 'expected it, or "command", or "http-port": without them there is nothing to test',
  }
}

async function checkTestsFile(path: string, files: Files): Promise<InputProblem | undefined> {
  const kind = await files.kindOf(path)
  if (kind === 'file') return undefined
  const found = {
    folder: 'it is a folder',
    absent: 'there is none; is the repository checked out in this job?',
    outside: 'it lies outside the workspace',
  }[kind]
  return { input: 'tests', got: path, problem: `expected the path of a file, and ${found}` }
}

/** A variable is either secret or not. */
function checkNames(values: Partial<Inputs>): readonly InputProblem[] {
  const open = new Set((values.environment ?? []).map(({ name }) => name))
  return (values['secret-environment'] ?? [])
    .filter(({ name }) => open.has(name))
    .map(({ name }) => ({
      input: 'secret-environment',
      problem: `has "${name}", and so has "environment": give it in one of them`,
    }))
}
