import type { BuildRequest } from '../build-request.ts'
import { csvOf, formatEntry } from '../inputs/csv-entry.ts'
import { attestationsOf, cacheTargets, exporterOf, secretOptions } from './buildkit-options.ts'
import { each, option, pairs } from './option-list.ts'

/** Where buildx works and reports. */
export interface BuildxTarget {
  readonly builder: string
  readonly metadata: string
}

/** The arguments of `buildx build`. The image is exported as an OCI layout folder. */
export function buildxArguments(
  request: BuildRequest,
  { builder, metadata }: BuildxTarget,
): readonly string[] {
  const { inputs, context, dockerfile, epoch } = request
  return [
    'build',
    ...['--builder', builder],
    ...['--file', dockerfile],
    ...option('--target', inputs.target),
    ...option('--platform', inputs.platforms?.join(',')),
    ...pairs('--build-arg', inputs['build-args']),
    ...option('--build-arg', epoch === undefined ? undefined : `SOURCE_DATE_EPOCH=${epoch}`),
    ...pairs('--build-context', inputs['build-contexts']),
    ...each('--secret', secretOptions(request)),
    ...each('--ssh', inputs.ssh),
    ...pairs('--label', request.labels),
    ...pairs('--annotation', request.annotations),
    ...each('--cache-from', inputs['cache-from']?.map(formatEntry)),
    ...each('--cache-to', cacheTargets(inputs)),
    ...surroundings(request),
    ...each('--attest', attestations(inputs)),
    ...['--output', csvOf(exporterOf(request))],
    ...['--metadata-file', metadata],
    ...['--progress', 'rawjson'],
    context,
  ]
}

/** Without a word, buildx attests provenance by default. */
function attestations(inputs: BuildRequest['inputs']): readonly string[] {
  const wanted = attestationsOf(inputs)
  const isAttested = wanted.some(({ type }) => type === 'provenance')
  return [...(isAttested ? [] : ['type=provenance,disabled=true']), ...wanted.map(formatEntry)]
}

/** How `RUN` instructions run, and which of them. */
function surroundings({ inputs }: BuildRequest): readonly string[] {
  return [
    ...(inputs['no-cache'] ? ['--no-cache'] : []),
    ...each('--no-cache-filter', inputs['no-cache-filters']),
    ...(inputs.pull ? ['--pull'] : []),
    ...option('--network', inputs.network),
    ...each('--add-host', inputs['add-hosts']),
    ...option('--shm-size', inputs['shm-size']),
    ...each('--ulimit', inputs.ulimit),
    ...option('--cgroup-parent', inputs['cgroup-parent']),
    ...each('--allow', inputs.allow),
  ]
}
