import type { BuildPorts, BuildRequest } from './build-request.ts'
import { dockerfileOf, layoutPathOf } from './check-inputs.ts'
import type { Inputs } from './declaration.ts'
import { namingOf } from './naming.ts'
import { randomName } from './random-name.ts'

/** A build that can start. */
export interface Preparation {
  readonly request: BuildRequest
  readonly tags: readonly string[]
  /** Where the layout is handed over. */
  readonly target: string
}

/** Phase "prepare": where everything is, what the image is to be called, and its secrets in files. */
export async function prepare(inputs: Inputs, ports: BuildPorts): Promise<Preparation> {
  const { files } = ports
  const { context } = inputs
  const { tags, labels, annotations } = await namingOf(inputs, ports)
  const target = await files.locate(layoutPathOf(inputs, files))
  const request: BuildRequest = {
    inputs,
    context: context.kind === 'git' ? context.url : await files.locate(context.path),
    dockerfile:
      context.kind === 'git' ? dockerfileOf(inputs) : await files.locate(dockerfileOf(inputs)),
    layout: `${target}.${randomName(ports)}`,
    labels,
    annotations,
    secrets: [],
    epoch: undefined,
  }
  return { request, tags, target }
}
