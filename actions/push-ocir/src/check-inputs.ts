import type { Files, InputProblem } from '@oke-pipeline/core'
import { checkLayoutInput } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'

/** Finds what is wrong with the inputs together, and with the layout's path. */
export async function checkInputs(
  values: Partial<Inputs>,
  files: Files,
): Promise<readonly InputProblem[]> {
  const problems = [
    await checkLayoutInput(values.layout, files),
    ...checkCredentials(values),
    ...checkTags(values),
  ]
  return problems.filter((problem) => problem !== undefined)
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
