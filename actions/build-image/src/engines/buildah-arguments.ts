import type { BuildRequest } from '../build-request.ts'
import type { TypedEntry } from '../inputs/csv-entry.ts'
import { secretOptions } from './buildkit-options.ts'
import { each, option, pairs } from './option-list.ts'

/** The arguments of `buildah build` for an image, or a manifest list where there are platforms. */
export function buildahArguments(request: BuildRequest, name: string): readonly string[] {
  const { inputs, context, dockerfile } = request
  const platforms = inputs.platforms ?? []
  return [
    'build',
    ...['--format', 'oci', '--file', dockerfile],
    ...(platforms.length > 1 ? ['--manifest', name] : ['--tag', name]),
    ...each('--platform', platforms),
    ...option('--target', inputs.target),
    ...pairs('--build-arg', inputs['build-args']),
    ...pairs('--build-context', inputs['build-contexts']),
    ...each('--secret', secretOptions(request)),
    ...each('--ssh', inputs.ssh),
    ...pairs('--label', request.labels),
    ...pairs('--annotation', request.annotations),
    ...option('--timestamp', request.epoch?.toFixed(0)),
    ...surroundings(request),
    context,
  ]
}

function surroundings({ inputs }: BuildRequest): readonly string[] {
  return [
    ...caching(inputs),
    ...(inputs.pull ? ['--pull-always'] : []),
    ...option('--network', inputs.network === 'default' ? undefined : inputs.network),
    ...each('--add-host', inputs['add-hosts']),
    ...option('--shm-size', inputs['shm-size']),
    ...each('--ulimit', inputs.ulimit),
    ...option('--cgroup-parent', inputs['cgroup-parent']),
  ]
}

/**
 * With `--layers` each instruction makes a layer of its own, also where no cache is read: an image
 * must not depend on that.
 */
function caching(inputs: BuildRequest['inputs']): readonly string[] {
  return [
    '--layers',
    ...(inputs['no-cache'] ? ['--no-cache'] : []),
    ...(inputs['no-cache'] ? [] : each('--cache-from', repositoriesOf(inputs['cache-from']))),
    ...each('--cache-to', repositoriesOf(inputs['cache-to'])),
  ]
}

/** buildah tags each layer in the repository itself, and takes no tag. */
function repositoriesOf(caches: readonly TypedEntry[] | undefined): readonly string[] {
  return (caches ?? []).map(({ attributes }) =>
    (attributes.ref ?? '').replace(/(?:@[^/]*|:[^/]*)$/, ''),
  )
}
