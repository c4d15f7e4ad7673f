import type { BuildPorts, BuildRequest, SecretFile } from './build-request.ts'
import { commitTime } from './commit-time.ts'
import type { Inputs } from './declaration.ts'
import { dockerfileOf, layoutPathOf } from './input-paths.ts'
import { isRemote } from './inputs/context.ts'
import { namingOf } from './naming.ts'
import { randomName } from './random-name.ts'
import type { Tagging } from './tags.ts'

/** A build that can start. */
export interface Preparation extends Pick<Tagging, 'tagsOf'> {
  readonly request: BuildRequest
  /** Where the layout is handed over. */
  readonly target: string
}

/** Phase "prepare": where everything is, what the image is to be called, and its secrets in files. */
export async function prepare(inputs: Inputs, ports: BuildPorts): Promise<Preparation> {
  const { files } = ports
  const { tagsOf, labels, annotations } = await namingOf(inputs, ports)
  const target = await files.locate(layoutPathOf(inputs, files))
  const request: BuildRequest = {
    inputs: { ...inputs, 'build-contexts': await locateContexts(inputs, ports) },
    ...(await locateSources(inputs, ports)),
    // In the same folder: so that it can be renamed.
    layout: `${target}.${randomName(ports)}`,
    labels,
    annotations,
    secrets: await secretFiles(inputs, ports),
    epoch: inputs.reproducible ? await commitTime(ports) : undefined,
  }
  return { request, tagsOf, target }
}

async function locateSources(
  inputs: Inputs,
  { files }: BuildPorts,
): Promise<Pick<BuildRequest, 'context' | 'dockerfile'>> {
  const { context } = inputs
  const dockerfile = dockerfileOf(inputs)
  if (context.kind === 'git') return { context: context.url, dockerfile }
  const [folder, file] = await Promise.all([files.locate(context.path), files.locate(dockerfile)])
  return { context: folder, dockerfile: file }
}

async function locateContexts(
  inputs: Inputs,
  { files }: BuildPorts,
): Promise<Inputs['build-contexts']> {
  const contexts = inputs['build-contexts']
  if (contexts === undefined) return undefined
  return Promise.all(
    contexts.map(async ({ name, value }) => ({
      name,
      value: isRemote(value) ? value : await files.locate(value),
    })),
  )
}

/** Values are written to files that only this user can read, in the folder of this step. */
async function secretFiles(inputs: Inputs, { files }: BuildPorts): Promise<readonly SecretFile[]> {
  const written = (inputs.secrets ?? []).map(async ({ name, value }) => ({
    id: name,
    path: await files.writeSecret(name, value),
  }))
  const given = (inputs['secret-files'] ?? []).map(async ({ name, value }) => ({
    id: name,
    path: await files.locate(value),
  }))
  return Promise.all([...written, ...given])
}
