import {
  assignments,
  boolean,
  declareAction,
  list,
  oneOf,
  optional,
  path,
  text,
  withDefault,
} from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'

const platform = text({
  pattern: /^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/,
  expects: 'a platform such as linux/amd64',
})

const name = text({
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
  expects: 'a name of letters, digits, "_", "." and "-"',
})

/** What build-image takes and gives. */
export const declaration = declareAction({
  name: 'build-image',
  inputs: {
    context: withDefault(path(), '.', 'Folder that is the build context.'),
    file: optional(path(), 'Dockerfile to build from; by default `Dockerfile` in the context.'),
    target: optional(name, 'Stage of the Dockerfile to build; by default the last one.'),
    platforms: optional(
      list(platform),
      'Platforms to build for, such as `linux/amd64,linux/arm64`; by default the builder’s own. With several, the digest is that of the image index.',
    ),
    'build-args': optional(
      assignments(),
      'Build arguments, one `NAME=value` a line. They can be read from the image: no secrets here.',
    ),
    'build-contexts': optional(
      assignments(),
      'Additional named contexts, one `name=path` or `name=docker-image://…` a line (BuildKit only).',
    ),
    labels: optional(assignments(), 'Labels of the image, one `name=value` a line.'),
    'no-cache': withDefault(boolean(), 'false', 'Build every step anew.'),
    pull: withDefault(boolean(), 'false', 'Look for newer base images, even when they are cached.'),
    engine: withDefault(
      oneOf(['buildx', 'buildah']),
      'buildx',
      '`buildx` (BuildKit) or `buildah` (no daemon).',
    ),
    builder: optional(
      name,
      'Name of the buildx builder; by default the current one, or, where that cannot export OCI layouts, one made for this job.',
    ),
    layout: optional(
      path(),
      'Folder that the OCI image layout is written to; by default `image-layout` in the runner’s temp folder. An older layout there is replaced.',
    ),
  },
  outputs: {
    digest: 'Digest of the image, such as `sha256:…`: what every later step works with.',
    layout: 'Absolute path of the OCI image layout folder.',
    size: 'Size of everything in the layout, in bytes.',
  },
})

/** The values of the inputs of build-image. */
export type Inputs = Values<typeof declaration.inputs>
