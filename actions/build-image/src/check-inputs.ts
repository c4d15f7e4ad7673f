import { join } from 'node:path'
import type { Files, InputProblem } from '@oke-pipeline/core'
import type { Inputs } from './declaration.ts'

/** The Dockerfile that the inputs name, as the user would write its path. */
export function dockerfileOf({ context, file }: Pick<Inputs, 'context' | 'file'>): string {
  return file ?? (context.kind === 'git' ? 'Dockerfile' : join(context.path, 'Dockerfile'))
}

/** The folder that the layout goes to. */
export function layoutPathOf(inputs: Pick<Inputs, 'layout'>, files: Files): string {
  return inputs.layout ?? join(files.temp, 'image-layout')
}

/** Finds what is wrong with the paths among the inputs, before anything is built. */
export async function checkInputs(
  values: Partial<Inputs>,
  files: Files,
): Promise<readonly InputProblem[]> {
  const problems = await Promise.all([
    checkContext(values, files),
    checkDockerfile(values, files),
    checkLayout(values, files),
  ])
  return problems.filter((problem) => problem !== undefined)
}

async function checkContext(
  { context }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (context?.kind !== 'folder' || (await files.kindOf(context.path)) === 'folder') {
    return undefined
  }
  return {
    input: 'context',
    got: context.path,
    problem: 'expected a folder of the repository; is it checked out in an earlier step?',
  }
}

async function checkDockerfile(
  { context, file }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (context?.kind !== 'folder') return undefined
  const dockerfile = dockerfileOf({ context, file })
  if ((await files.kindOf(dockerfile)) === 'file') return undefined
  return { input: 'file', got: dockerfile, problem: 'expected a Dockerfile, and there is none' }
}

/** The folder is emptied before the build: nothing but an older layout may be lost by that. */
async function checkLayout(
  { layout }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (layout === undefined) return undefined
  const kind = await files.kindOf(layout)
  if (kind === 'absent') return undefined
  if (kind === 'folder' && (await files.kindOf(join(layout, 'oci-layout'))) === 'file') {
    return undefined
  }
  return {
    input: 'layout',
    got: layout,
    problem: 'expected a path where nothing is yet, or an OCI image layout to be replaced',
  }
}
