import type { Files, InputSource } from '@oke-pipeline/core'
import { checkPromotedFrom, environmentNamed } from './order.ts'
import { defaultEnvironmentsFile, readEnvironments } from './read-environments.ts'
import type { Environment } from './schema.ts'

/**
 * The inputs of a step that names an `environment`, completed by what `environments-file` says of
 * it: its namespace, what is deployed there and how. An input that is given wins.
 * With `keep-order`, the environment gets only what `promoted-from` says came from the one before.
 * @throws {@link ConfigurationError} when the file is not usable, has no such environment, or its
 * order is not kept.
 */
export async function completedByEnvironment(
  source: InputSource,
  files: Pick<Files, 'kindOf' | 'readText'>,
): Promise<InputSource> {
  const name = given(source, 'environment')
  if (name === undefined) return source
  const path = given(source, 'environments-file') ?? defaultEnvironmentsFile
  const environments = await readEnvironments(files, path)
  const settings = settingsOf(environmentNamed(environments, name))
  if (given(source, 'keep-order')?.toLowerCase() === 'true') {
    checkPromotedFrom(environments, name, given(source, 'promoted-from'))
  }
  return {
    input: (input) => given(source, input) ?? settings[input],
    mask: (secret) => source.mask(secret),
  }
}

function given(source: InputSource, name: string): string | undefined {
  const text = source.input(name)?.trim()
  return text === '' ? undefined : text
}

/** The settings of an environment, as the texts of the inputs that they stand in for. */
function settingsOf(environment: Environment): Readonly<Record<string, string | undefined>> {
  const { namespace, manifests, release, timeout, context, values } = environment
  return {
    namespace,
    manifests: manifests?.join('\n'),
    release,
    timeout,
    context,
    chart: environment.chart,
    'chart-repository': environment['chart-repository'],
    'chart-version': environment['chart-version'],
    values: values?.join('\n'),
    'image-value': environment['image-value'],
  }
}
