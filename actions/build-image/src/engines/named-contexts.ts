import { openLayout } from '@oke-pipeline/image'
import type { BuildRequest } from '../build-request.ts'
import { isRemote } from '../inputs/context.ts'

/** A named context as buildctl takes it. */
export interface NamedContext {
  readonly options: readonly string[]
}

/** What buildx works out of `--build-context`, for buildctl: folders, layouts, images, repositories. */
export async function namedContexts({ inputs }: BuildRequest): Promise<readonly NamedContext[]> {
  return Promise.all(
    (inputs['build-contexts'] ?? []).map(async ({ name, value }) => ({
      options: await optionsOf(name, value),
    })),
  )
}

async function optionsOf(name: string, value: string): Promise<readonly string[]> {
  if (value.startsWith('oci-layout://')) return layoutOptions(name, value)
  if (isRemote(value)) return ['--opt', `context:${name}=${value}`]
  return ['--local', `${name}=${value}`, '--opt', `context:${name}=local:${name}`]
}

async function layoutOptions(name: string, value: string): Promise<readonly string[]> {
  const [path = ''] = value.slice('oci-layout://'.length).split(/[@:](?=[^/]*$)/)
  const { digest } = await openLayout(path)
  return [
    ...['--oci-layout', `${name}=${path}`],
    ...['--opt', `context:${name}=oci-layout://${name}@${digest}`],
  ]
}
