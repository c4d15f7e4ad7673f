import { join } from 'node:path'
import type { Files, InputProblem } from '@oke-pipeline/core'
import type { Inputs } from './declaration.ts'

/** Finds what is wrong with paths and combinations of inputs, before anything is run. */
export async function checkInputs(
  values: Partial<Inputs>,
  files: Files,
): Promise<readonly InputProblem[]> {
  const problems = [
    await checkLayout(values, files),
    await checkReport(values, files),
    checkTests(values),
  ]
  return problems.filter((problem) => problem !== undefined)
}

async function checkLayout(
  { layout }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (layout === undefined) return undefined
  if ((await files.kindOf(join(layout, 'oci-layout'))) === 'file') return undefined
  return {
    input: 'layout',
    got: layout,
    problem: 'expected the folder of an OCI image layout, and there is no "oci-layout" file in it',
  }
}

async function checkReport(
  { report }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (report === undefined || (await files.kindOf(report)) !== 'folder') return undefined
  return {
    input: 'report',
    got: report,
    problem: 'expected the path of a file, and it is a folder',
  }
}

function checkTests(values: Partial<Inputs>): InputProblem | undefined {
  // An input that was given and is wrong is absent here as well, and has a problem of its own.
  const isNothingGiven = 'command' in values && 'http-port' in values
  if (!isNothingGiven || values.command !== undefined || values['http-port'] !== undefined) {
    return undefined
  }
  return {
    input: 'command',
    problem: 'expected it, or "http-port", or both: without them there is nothing to test',
  }
}
