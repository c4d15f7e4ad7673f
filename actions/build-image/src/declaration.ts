import {
  boolean,
  declareAction,
  lines,
  list,
  oneOf,
  optional,
  path,
  text,
  withDefault,
} from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'
import { repositoryKind, tagRulesKind } from '@oke-pipeline/image'
import { contextLocation } from './inputs/context.ts'
import { typedEntry } from './inputs/csv-entry.ts'
import { pairs, secretPairs } from './inputs/quoted-lines.ts'

const platform = text({
  pattern: /^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/,
  expects: 'a platform such as linux/amd64',
})

const name = text({
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
  expects: 'a name of letters, digits, "_", "." and "-"',
})

const variable = { name: /^[A-Za-z_][A-Za-z0-9_.-]*$/, expects: 'NAME=value' }
const label = { name: /^[^\s=]+$/, expects: 'name=value' }
const identified = { name: /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, expects: 'id=value' }

const cacheSource = typedEntry('a cache such as type=registry,ref=iad.ocir.io/ns/app:cache', {
  type: 'registry',
  attribute: 'ref',
})

const attestation = typedEntry('an attestation such as type=sbom,generator=…')

const host = text({ pattern: /^[^\s:=]+[:=]\S+$/, expects: 'name:address' })
const size = text({ pattern: /^\d+[bkmgBKMG]?$/, expects: 'a size such as 128m' })
const limit = text({
  pattern: /^[a-z]+=-?\d+(:-?\d+)?$/,
  expects: 'a limit such as nofile=1024:2048',
})
const entitlement = text({
  pattern: /^[a-z]+(\.[a-z]+)?(=\S+)?$/,
  expects: 'an entitlement such as network.host',
})
const agent = text({
  pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]*(=\S+)?$/,
  expects: '"default" or id=path of a socket or key',
})

/** What build-image takes and gives. */
export const declaration = declareAction({
  name: 'build-image',
  inputs: {
    context: withDefault(
      contextLocation(),
      '.',
      'Folder that is the build context, or a Git repository such as `https://github.com/acme/app.git#v1:dir`.',
    ),
    file: optional(
      path(),
      'Dockerfile to build from, relative to the workspace; by default `Dockerfile` in the context. With a Git context, relative to that.',
    ),
    target: optional(name, 'Stage of the Dockerfile to build; by default the last one.'),
    platforms: optional(
      list(platform),
      'Platforms to build for, such as `linux/amd64,linux/arm64`; by default the builder’s own. With several, the digest is that of the image index.',
    ),
    'build-args': optional(
      pairs(variable),
      'Build arguments, one `NAME=value` a line. They can be read from the image: no secrets here.',
    ),
    'build-contexts': optional(
      pairs(label),
      'Additional named contexts, one `name=path` or `name=docker-image://…` a line.',
    ),
    secrets: optional(
      secretPairs(identified),
      'Secrets of the build, one `id=value` a line; a value of several lines in double quotes.',
    ),
    'secret-files': optional(
      pairs(identified),
      'Secrets of the build that are in files, one `id=path` a line.',
    ),
    'secret-envs': optional(
      pairs(identified),
      'Secrets of the build that are in environment variables of this step, one `id=VARIABLE` a line.',
    ),
    ssh: optional(
      lines(agent),
      'SSH agents or keys that the build may use: `default` or `id=path`, one a line.',
    ),
    labels: optional(
      pairs(label),
      'Labels of the image, one `name=value` a line. They win over those that come from the repository.',
    ),
    annotations: optional(
      pairs(label),
      'Annotations of the image, one `name=value` a line; `index:` or `manifest:` before the name says where it goes.',
    ),
    'cache-from': optional(
      lines(cacheSource),
      'Caches to read, such as `type=registry,ref=iad.ocir.io/ns/app:cache`, one a line. One that cannot be reached is a warning.',
    ),
    'cache-to': optional(
      lines(cacheSource),
      'Caches to write, such as `type=registry,ref=iad.ocir.io/ns/app:cache,mode=max`, one a line.',
    ),
    'no-cache': withDefault(boolean(), 'false', 'Build every step anew.'),
    'no-cache-filters': optional(list(name), 'Stages to build anew.'),
    pull: withDefault(boolean(), 'false', 'Look for newer base images, even when they are cached.'),
    network: optional(
      oneOf(['default', 'none', 'host']),
      'Network of `RUN` instructions: `default`, `none` or `host`.',
    ),
    'add-hosts': optional(list(host), 'Names for `RUN` instructions to know: `name:address`.'),
    'shm-size': optional(size, 'Size of `/dev/shm` for `RUN` instructions, such as `128m`.'),
    ulimit: optional(list(limit), 'Limits for `RUN` instructions, such as `nofile=1024:2048`.'),
    'cgroup-parent': optional(text(), 'Parent control group of `RUN` instructions.'),
    allow: optional(
      list(entitlement),
      'What the build may do beyond the usual: `network.host`, `security.insecure`.',
    ),
    provenance: withDefault(
      text({
        pattern: /^(?:true|false|(?:mode=)?(?:min|max))$/,
        expects: 'true, false, min or max',
      }),
      'true',
      'SLSA provenance kept with the image: `false` for none; `max` also names every step of the build and the values of build arguments.',
    ),
    sbom: withDefault(
      text({
        pattern: /^(?:true|false|spdx|cyclonedx|generator=\S+)$/,
        expects: 'true, false, spdx, cyclonedx or generator=image',
      }),
      'false',
      'SBOM kept with the image: `spdx` (or `true`) or `cyclonedx`, made by Syft or Trivy where one of them is on the runner, or `generator=image` for one that BuildKit runs.',
    ),
    attests: optional(lines(attestation), 'Attestations as docker/build-push-action takes them.'),
    image: optional(
      repositoryKind(),
      'Name that the image is to be pushed under later, such as `iad.ocir.io/ns/app`.',
    ),
    tags: optional(
      tagRulesKind(),
      'Tags of the image, or rules for them as docker/metadata-action has them, one a line: `type=semver,pattern={{version}}`, `type=ref,event=branch`. Never `latest`, unless it is asked for. By default one of commit and digest, with the version where a Git tag is built.',
    ),
    reproducible: withDefault(
      boolean(),
      'false',
      'Give every file and the image the time of the commit, so that two builds of it are the same.',
    ),
    policy: optional(path(), 'YAML file with the rules that the image is held to.'),
    previous: optional(
      path(),
      'The `metadata` file of an earlier build, from a cache or an artifact: the summary says how the size has changed since. It may be missing.',
    ),
    engine: withDefault(
      oneOf(['auto', 'buildx', 'buildah', 'buildctl']),
      'auto',
      'What builds: `buildx`, `buildah` (no daemon), `buildctl` (BuildKit at `BUILDKIT_HOST`), or `auto`: the first of these that works.',
    ),
    builder: optional(
      name,
      'Name of the buildx builder; by default the current one, or, where that cannot export OCI layouts, one made for this job.',
    ),
    layout: optional(
      path(),
      'Folder that the OCI image layout is written to; by default `image-layout` in the runner’s temp folder. An older layout there is replaced.',
    ),
    archive: optional(
      path(),
      'File that the layout is also written to as a tar, for `actions/upload-artifact`.',
    ),
  },
  outputs: {
    digest: 'Digest of the image, such as `sha256:…`: what every later step works with.',
    layout: 'Absolute path of the OCI image layout folder.',
    image: 'The name given as `image`, with the digest: `iad.ocir.io/ns/app@sha256:…`.',
    tags: 'The tags of the image, one a line.',
    platforms: 'Platforms of the image, separated by commas.',
    size: 'Size of everything in the layout, in bytes.',
    layers: 'Layers of each platform, as JSON: digest, size and what made it.',
    'base-images': 'Base images, as JSON: name, digest, and whether it is pinned.',
    metadata: 'Path of a JSON file with everything that is known of the build.',
    sbom: 'Path of the SBOM, if one was made; with several platforms, one path a line.',
    provenance: 'Path of the provenance, an in-toto statement, if it was made.',
    archive: 'Absolute path of the archive, if one was asked for.',
  },
})

/** The values of the inputs of build-image. */
export type Inputs = Values<typeof declaration.inputs>
