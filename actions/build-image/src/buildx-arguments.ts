import type { BuildRequest } from './build-request.ts'

/** Where buildx works and reports. */
export interface BuildxTarget {
  readonly builder: string | undefined
  readonly metadata: string
}

/**
 * The arguments of `buildx build`. The image is exported as an OCI layout folder; attestations are
 * left out of it, since they would turn a single image into an index, and are attached to the
 * digest later.
 */
export function buildxArguments(
  { inputs, context, dockerfile, layout, labels }: BuildRequest,
  { builder, metadata }: BuildxTarget,
): readonly string[] {
  return [
    'build',
    ...option('--builder', builder),
    ...['--file', dockerfile],
    ...option('--target', inputs.target),
    ...option('--platform', inputs.platforms?.join(',')),
    ...pairs('--build-arg', inputs['build-args']),
    ...pairs('--build-context', inputs['build-contexts']),
    ...pairs('--label', labels),
    ...(inputs['no-cache'] ? ['--no-cache'] : []),
    ...(inputs.pull ? ['--pull'] : []),
    ...['--provenance', 'false', '--sbom', 'false'],
    ...['--output', `type=oci,tar=false,"dest=${layout.replaceAll('"', '""')}"`],
    ...['--metadata-file', metadata],
    ...['--progress', 'plain'],
    context,
  ]
}

function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value]
}

function pairs(name: string, assignments: BuildRequest['inputs']['build-args']): readonly string[] {
  return (assignments ?? []).flatMap((pair) => [name, `${pair.name}=${pair.value}`])
}
