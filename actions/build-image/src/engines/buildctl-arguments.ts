import { dirname, relative } from 'node:path'
import type { Assignment } from '@oke-pipeline/core'
import type { BuildRequest } from '../build-request.ts'
import { csvOf, formatEntry } from '../inputs/csv-entry.ts'
import type { TypedEntry } from '../inputs/csv-entry.ts'
import { annotationAttributes } from './annotation-attributes.ts'
import { attestationsOf, cacheTargets, exporterOf, secretOptions } from './buildkit-options.ts'
import type { NamedContext } from './named-contexts.ts'
import { each } from './option-list.ts'

/** What buildctl needs beside the request. */
export interface BuildctlTarget {
  readonly metadata: string
  readonly contexts: readonly NamedContext[]
}

/** The arguments of `buildctl build` for the same image that buildx would build. */
export function buildctlArguments(
  request: BuildRequest,
  { metadata, contexts }: BuildctlTarget,
): readonly string[] {
  const { inputs } = request
  return [
    'build',
    ...['--frontend', 'dockerfile.v0'],
    ...sources(request),
    ...contexts.flatMap(({ options }) => options),
    ...each('--opt', frontendOptions(request)),
    ...each('--secret', secretOptions(request)),
    ...each('--ssh', inputs.ssh),
    ...each('--import-cache', inputs['cache-from']?.map(formatEntry)),
    ...each('--export-cache', cacheTargets(inputs)),
    ...each('--allow', inputs.allow),
    ...['--output', csvOf([...exporterOf(request), ...annotationAttributes(request.annotations)])],
    ...['--metadata-file', metadata],
    ...['--progress', 'rawjson'],
  ]
}

/** Folders are sent by this client; a Git repository is fetched by BuildKit. */
function sources({ inputs, context, dockerfile }: BuildRequest): readonly string[] {
  if (inputs.context.kind === 'git') {
    return ['--opt', `context=${context}`, '--opt', `filename=${dockerfile}`]
  }
  const folder = dirname(dockerfile)
  return [
    ...['--local', `context=${context}`, '--local', `dockerfile=${folder}`],
    ...['--opt', `filename=${relative(folder, dockerfile)}`],
  ]
}

function frontendOptions({ inputs, labels, epoch }: BuildRequest): readonly string[] {
  return [
    ...setting('target', inputs.target),
    ...setting('platform', inputs.platforms?.join(',')),
    ...settings('build-arg', inputs['build-args']),
    ...setting('build-arg:SOURCE_DATE_EPOCH', epoch?.toFixed(0)),
    ...settings('label', labels),
    ...setting('no-cache', uncachedStages(inputs)),
    ...setting('image-resolve-mode', inputs.pull ? 'pull' : undefined),
    ...setting('force-network-mode', networkMode(inputs.network)),
    ...setting('add-hosts', inputs['add-hosts']?.map(hostOf).join(',')),
    ...setting('shm-size', bytesOf(inputs['shm-size'])),
    ...setting('ulimit', inputs.ulimit?.join(',')),
    ...setting('cgroup-parent', inputs['cgroup-parent']),
    ...attestationsOf(inputs).map(
      ({ type, attributes }) => `attest:${type}=${fieldsIn(attributes)}`,
    ),
  ]
}

/** Nothing after the "=" means every stage. */
function uncachedStages(inputs: BuildRequest['inputs']): string | undefined {
  return inputs['no-cache'] ? '' : inputs['no-cache-filters']?.join(',')
}

function networkMode(network: BuildRequest['inputs']['network']): string | undefined {
  return network === 'default' ? undefined : network
}

function fieldsIn(attributes: TypedEntry['attributes']): string {
  return csvOf(Object.entries(attributes).map(([name, value]) => `${name}=${value}`))
}

function hostOf(host: string): string {
  return host.replace(/[:=]/, '=')
}

const units = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const

/** The frontend takes bytes only. */
function bytesOf(size: string | undefined): string | undefined {
  if (size === undefined) return undefined
  const unit = Object.entries(units).find(([name]) => size.toLowerCase().endsWith(name))
  return String(Number.parseInt(size, 10) * (unit?.[1] ?? 1))
}

function setting(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${name}=${value}`]
}

function settings(name: string, assignments: readonly Assignment[] | undefined): readonly string[] {
  return (assignments ?? []).map((pair) => `${name}:${pair.name}=${pair.value}`)
}
