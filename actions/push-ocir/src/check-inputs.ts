import type { Files, InputProblem } from '@oke-pipeline/core'
import type { Inputs } from './declaration.ts'

/** Finds what is wrong with the inputs together, and with the layout's path. */
export async function checkInputs(
  values: Partial<Inputs>,
  files: Files,
): Promise<readonly InputProblem[]> {
  const problems = [
    await checkLayout(values, files),
    ...checkCredentials(values),
    ...checkTags(values),
  ]
  return problems.filter((problem) => problem !== undefined)
}

async function checkLayout(
  { layout }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (layout === undefined || (await files.kindOf(layout)) === 'folder') return undefined
  return {
    input: 'layout',
    got: layout,
    problem: 'expected the folder of an OCI image layout; is the image built in this job?',
  }
}

function checkCredentials({ username, password }: Partial<Inputs>): readonly InputProblem[] {
  if (username !== undefined && password === undefined) {
    return [{ input: 'password', problem: 'is required with "username"; is the secret empty?' }]
  }
  if (username === undefined && password !== undefined) {
    return [{ input: 'username', problem: 'is required with "password"; is the secret empty?' }]
  }
  return []
}

function checkTags(values: Partial<Inputs>): readonly InputProblem[] {
  const { tags = [], 'moving-tags': moving = [] } = values
  return tags
    .filter((tag) => moving.includes(tag))
    .map((tag) => ({
      input: 'moving-tags',
      got: tag,
      problem: 'is among "tags" too; a tag either stays or moves',
    }))
}
