import type { BuildRequest } from '../build-request.ts'
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
 * must not depend on that. Remote caches are repositories here.
 */
function caching(inputs: BuildRequest['inputs']): readonly string[] {
  if (inputs['no-cache']) return ['--layers', '--no-cache']
  return [
    '--layers',
    ...each(
      '--cache-from',
      inputs['cache-from']?.map(({ attributes }) => attributes.ref ?? ''),
    ),
    ...each(
      '--cache-to',
      inputs['cache-to']?.map(({ attributes }) => attributes.ref ?? ''),
    ),
  ]
}
