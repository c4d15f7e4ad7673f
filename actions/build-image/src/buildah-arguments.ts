import type { BuildRequest } from './build-request.ts'

/** The arguments of `buildah build` for an image, or a manifest list where there are platforms. */
export function buildahArguments(
  { inputs, context, dockerfile, labels }: BuildRequest,
  name: string,
): readonly string[] {
  const platforms = inputs.platforms ?? []
  return [
    'build',
    ...['--format', 'oci', '--file', dockerfile],
    ...(platforms.length > 1 ? ['--manifest', name] : ['--tag', name]),
    ...platforms.flatMap((platform) => ['--platform', platform]),
    ...(inputs.target === undefined ? [] : ['--target', inputs.target]),
    ...(inputs['build-args'] ?? []).flatMap((pair) => [
      '--build-arg',
      `${pair.name}=${pair.value}`,
    ]),
    ...labels.flatMap((pair) => ['--label', `${pair.name}=${pair.value}`]),
    ...(inputs['no-cache'] ? ['--no-cache'] : ['--layers']),
    ...(inputs.pull ? ['--pull-always'] : []),
    context,
  ]
}
