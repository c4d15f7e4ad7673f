import type { Files, InputSource } from '@oke-pipeline/core'
import { clusterSettings } from '../cluster-access/cluster-settings.ts'
import { checkPromotedFrom, environmentNamed } from './order.ts'
import { defaultEnvironmentsFile, readEnvironments } from './read-environments.ts'
import { settingTexts } from './setting-texts.ts'
import type { SettingTexts } from './setting-texts.ts'

/**
 * The inputs of a step that names an `environment`, completed by what `environments-file` says of
 * it: its namespace, what is deployed there and how, and the way to its cluster. An input that is
 * given wins; so one that has a default in action.yml cannot be a setting.
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
  const environment = environmentNamed(environments, name)
  const settings = { ...settingTexts(environment), ...clusterSettings(environment, source) }
  if (given(source, 'keep-order')?.toLowerCase() === 'true') {
    checkPromotedFrom(environments, name, given(source, 'promoted-from'))
  }
  return completed(source, settings)
}

/**
 * The inputs of a step that looks at an environment, which an input of this name names, completed by
 * what the environments file says of the way to its cluster. An input that is given wins.
 * @throws {@link ConfigurationError} when the file is not usable or has no such environment.
 */
export async function completedByCluster(
  source: InputSource,
  files: Pick<Files, 'kindOf' | 'readText'>,
  input: string,
): Promise<InputSource> {
  const name = given(source, input)
  if (name === undefined) return source
  const path = given(source, 'environments-file') ?? defaultEnvironmentsFile
  const environments = await readEnvironments(files, path)
  return completed(source, clusterSettings(environmentNamed(environments, name), source))
}

function completed(source: InputSource, settings: SettingTexts): InputSource {
  return {
    input: (input) => given(source, input) ?? settings[input],
    mask: (secret) => source.mask(secret),
  }
}

function given(source: InputSource, name: string): string | undefined {
  const text = source.input(name)?.trim()
  return text === '' ? undefined : text
}
