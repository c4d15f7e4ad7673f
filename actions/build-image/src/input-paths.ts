import { join } from 'node:path'
import type { Files } from '@oke-pipeline/core'
import type { Inputs } from './declaration.ts'

/** The Dockerfile that the inputs name, as the user would write its path. */
export function dockerfileOf({ context, file }: Pick<Inputs, 'context' | 'file'>): string {
  return file ?? (context.kind === 'git' ? 'Dockerfile' : join(context.path, 'Dockerfile'))
}

/** The folder that the layout goes to. */
export function layoutPathOf(inputs: Pick<Inputs, 'layout'>, files: Files): string {
  return inputs.layout ?? join(files.temp, 'image-layout')
}
