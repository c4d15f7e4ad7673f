import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../command.ts'
import type { Contribution, GroupContext, GroupDefinition, Supervised } from '../group.ts'
import { onlyChild } from '../process-identity.ts'
import { systemPath } from '../provision/on-path.ts'
import type { Part } from '../provision/part.ts'
import { containerTools, offerContainerTools } from './builder-containers.ts'

/** Builders of images: BuildKit with buildx, and buildah; podman runs what they build. */
export interface BuilderDetails {
  /** Where buildkitd listens: `unix:///…`. */
  readonly address: string
  /** Name of the buildx builder that uses it. */
  readonly buildxBuilder: string
  /** Folder of buildx's configuration (BUILDX_CONFIG). */
  readonly buildxConfiguration: string
}

const buildKit = {
  version: '0.33.0',
  module: 'buildkit',
  release: 'https://github.com/moby/buildkit/releases/download/v0.33.0/buildkit-v0.33.0.linux',
}

function buildKitProgram(name: 'buildkitd' | 'buildctl', usuallySeconds: number): Part {
  const member = `bin/${name}`
  return {
    name,
    version: buildKit.version,
    onPath: {
      args: ['--version'],
      accepts: (output) => /buildkit v?0\.(?:1[3-9]|[2-9]\d)\./.test(output),
    },
    release: {
      x64: {
        url: `${buildKit.release}-amd64.tar.gz`,
        sha256: 'b6242896d343100808dcbe37565caf381e0a444a6a83d7255926bb1519248ead',
        member,
      },
      arm64: {
        url: `${buildKit.release}-arm64.tar.gz`,
        sha256: 'e5acfb5929f967fde3b925ddb39f79fd481a0e96774c641fab3a0e83950d7bfa',
        member,
      },
    },
    go: {
      module: buildKit.module,
      package: `github.com/moby/buildkit/cmd/${name}`,
      ldflags: `-s -w -X github.com/moby/buildkit/version.Version=v${buildKit.version}`,
      usuallySeconds,
    },
  }
}

const buildkitd = buildKitProgram('buildkitd', 140)
const buildctl = buildKitProgram('buildctl', 15)

const buildxRelease =
  'https://github.com/docker/buildx/releases/download/v0.37.0/buildx-v0.37.0.linux'
const buildx: Part = {
  name: 'buildx',
  version: '0.37.0',
  onPath: {
    args: ['version'],
    accepts: (output) => /buildx v?0\.(?:1[3-9]|[2-9]\d)\./.test(output),
  },
  release: {
    x64: {
      url: `${buildxRelease}-amd64`,
      sha256: 'ae43fa08c796b44efc86d7a63c55f73f7c35f3101188dea7bf93bcd6f99577ba',
    },
    arm64: {
      url: `${buildxRelease}-arm64`,
      sha256: 'd263ce31bd2c9e9210aaa2c7537c67802bccabcd342e4c9fe4907085ddb41aa5',
    },
  },
  go: {
    module: 'buildx',
    package: 'github.com/docker/buildx/cmd/buildx',
    ldflags: '-s -w -X github.com/docker/buildx/version.Version=v0.37.0',
    usuallySeconds: 75,
  },
}

const builderName = 'lab'

/** BuildKit, buildx, buildah and podman; docker.io is the lab's registry to all of them. */
export const group: GroupDefinition<'builder'> = {
  name: 'builder',
  requires: ['registry'],
  systemPackages: [{ package: 'runc', file: 'runc' }, ...containerTools.systemPackages],
  parts: [buildkitd, buildctl, buildx],
  start: startBuilder,
}

async function startBuilder(context: GroupContext): Promise<Contribution<'builder'>> {
  const { host } = context.contribution('registry')
  const address = `unix://${join(context.directory, 'buildkitd.sock')}`
  const daemon = await startBuildKit(context, address, host)
  const insider = await onlyChild(daemon.pid, 10)
  const [containerEnvironment, buildxEnvironment] = await Promise.all([
    offerContainerTools(context, insider, host),
    createBuildxBuilder(context, address),
  ])
  return {
    details: {
      address,
      buildxBuilder: builderName,
      buildxConfiguration: buildxEnvironment.BUILDX_CONFIG,
    },
    environment: { BUILDKIT_HOST: address, ...buildxEnvironment, ...containerEnvironment },
    versions: {
      buildkitd: await versionOf(context, buildkitd, '--version'),
      buildx: await versionOf(context, buildx, 'version'),
      ...(await containerTools.versions(context)),
    },
  }
}

/** What runs may be a newer one of PATH. */
async function versionOf(context: GroupContext, part: Part, argument: string): Promise<string> {
  const output = await context.run(await context.provide(part), [argument])
  return / v(\d+\.\d+\.\d+\S*)/.exec(output)?.[1] ?? 'unknown'
}

async function startBuildKit(
  context: GroupContext,
  address: string,
  mirror: string,
): Promise<Supervised> {
  const configuration = join(context.directory, 'buildkitd.toml')
  await writeFile(configuration, buildKitConfiguration(context, address, mirror))
  const daemon = context.spawn('buildkitd', await context.provide(buildkitd), [
    '--config',
    configuration,
  ])
  const client = await context.provide(buildctl)
  await context.waitFor(
    'buildkitd to answer',
    async () => context.run(client, ['--addr', address, 'debug', 'workers']),
    30,
  )
  return daemon
}

function buildKitConfiguration(context: GroupContext, address: string, mirror: string): string {
  return `root = "${join(context.directory, 'buildkit')}"

[grpc]
address = ["${address}"]

[worker.oci]
enabled = true
binary = "runc"
snapshotter = "overlayfs"
networkMode = "host"
defaultCgroupParent = "${context.cgroup}"

[worker.containerd]
enabled = false

[registry."docker.io"]
mirrors = ["${mirror}"]

[registry."${mirror}"]
http = true
`
}

async function createBuildxBuilder(
  context: GroupContext,
  address: string,
): Promise<Readonly<Record<'BUILDX_BUILDER' | 'BUILDX_CONFIG' | 'DOCKER_CONFIG', string>>> {
  const dockerConfiguration = join(context.directory, 'docker')
  const plugins = join(dockerConfiguration, 'cli-plugins')
  await mkdir(plugins, { recursive: true })
  const executable = await context.provide(buildx)
  await symlink(executable, join(plugins, 'docker-buildx'))
  // podman and buildah refuse a DOCKER_CONFIG folder without it.
  await writeFile(join(dockerConfiguration, 'config.json'), '{}\n')
  const environment = {
    BUILDX_BUILDER: builderName,
    BUILDX_CONFIG: join(context.directory, 'buildx'),
    DOCKER_CONFIG: dockerConfiguration,
  }
  await runCommand(executable, ['create', '--name', builderName, '--driver', 'remote', address], {
    environment: { PATH: systemPath(), ...environment },
    signal: context.signal,
  })
  return environment
}
