import type { Environment } from './schema.ts'

/** Settings by the names of the inputs that they stand in for, as the texts of these. */
export type SettingTexts = Readonly<Record<string, string | undefined>>

/** What an environment says of its deployments; the way to its cluster depends on the step. */
export function settingTexts(environment: Environment): SettingTexts {
  return {
    ...namespaceTexts(environment),
    ...sourceTexts(environment),
    ...imageTexts(environment),
    ...rolloutTexts(environment),
  }
}

function namespaceTexts(environment: Environment): SettingTexts {
  return {
    namespace: environment.namespace,
    'create-namespace': plain(environment['create-namespace']),
    'namespace-labels': pairs(environment['namespace-labels']),
    'namespace-annotations': pairs(environment['namespace-annotations']),
    'pull-secret': environment['pull-secret'],
  }
}

function sourceTexts(environment: Environment): SettingTexts {
  const commands = environment['manifest-command']?.map((command) => JSON.stringify(command))
  const values = environment['set-values']
  return {
    manifests: lines(environment.manifests),
    'manifest-command': lines(commands),
    chart: environment.chart,
    'chart-repository': environment['chart-repository'],
    'chart-version': environment['chart-version'],
    'chart-digest': environment['chart-digest'],
    values: lines(environment.values),
    'set-values': values === undefined ? undefined : JSON.stringify(values),
    'helm-version': environment['helm-version'],
    patches: lines(environment.patches),
    'kubectl-version': environment['kubectl-version'],
    substitute: pairs(environment.substitute),
  }
}

function imageTexts(environment: Environment): SettingTexts {
  return {
    'image-value': environment['image-value'],
    'image-name': environment['image-name'],
    'image-containers': lines(environment['image-containers']),
    'image-paths': lines(environment['image-paths']),
    images: pairs(environment.images),
    'require-digests': plain(environment['require-digests']),
  }
}

function rolloutTexts(environment: Environment): SettingTexts {
  return {
    release: environment.release,
    timeout: environment.timeout,
    'min-ready': environment['min-ready'],
    'max-restarts': plain(environment['max-restarts']),
    'lock-timeout': environment['lock-timeout'],
    'on-failure': environment['on-failure'],
    'first-release': environment['first-release'],
    'force-conflicts': plain(environment['force-conflicts']),
    'on-immutable': environment['on-immutable'],
    'max-prune': plain(environment['max-prune']),
  }
}

function plain(value: boolean | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

function lines(values: readonly string[] | undefined): string | undefined {
  return values?.join('\n')
}

function pairs(mapping: Readonly<Record<string, string>> | undefined): string | undefined {
  if (mapping === undefined) return undefined
  return lines(Object.entries(mapping).map(([name, value]) => `${name}=${value}`))
}
