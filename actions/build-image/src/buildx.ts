import { join } from 'node:path'
import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import type { Ports } from '@oke-pipeline/core'
import * as valibot from 'valibot'
import { buildFailure } from './build-failure.ts'
import type { BuildPorts, BuildRequest } from './build-request.ts'
import { buildxArguments } from './buildx-arguments.ts'

/** A way to call buildx: as a plugin of the docker CLI, or as a program of its own. */
export interface Buildx {
  readonly file: string
  readonly prefix: readonly string[]
}

/** The state under which the builder made for this job is kept for `post`. */
export const builderState = 'builder'

/** What buildx writes to its metadata file, as far as it is read here. */
const Metadata = valibot.object({ 'containerimage.digest': valibot.string() })

/** Builds with BuildKit and returns the digest that it reports. */
export async function buildWithBuildx(request: BuildRequest, ports: BuildPorts): Promise<string> {
  const buildx = await findBuildx(ports)
  const builder = request.inputs.builder ?? (await builderFor(buildx, ports))
  const metadata = join(await ports.files.temporaryFolder('buildx'), 'metadata.json')
  const { exitCode, stderr } = await ports.exec.run({
    file: buildx.file,
    args: [...buildx.prefix, ...buildxArguments(request, { builder, metadata })],
    onLine: (line) => ports.log.info(line),
  })
  if (exitCode !== 0) throw buildFailure(request, stderr)
  return valibot.parse(Metadata, JSON.parse(await ports.files.readText(metadata)))[
    'containerimage.digest'
  ]
}

/** Finds the docker CLI with buildx, or buildx alone. */
export async function findBuildx({ exec }: Pick<Ports, 'exec'>): Promise<Buildx> {
  const ways: readonly Buildx[] = [
    { file: 'docker', prefix: ['buildx'] },
    { file: 'buildx', prefix: [] },
  ]
  for (const way of ways) if (await isThere(way, exec)) return way
  throw new ConfigurationError({
    title: 'buildx was not found',
    explanation: 'Neither "docker buildx" nor "buildx" can be run on this runner.',
    remedy: 'Add docker/setup-buildx-action before this step, or set "engine: buildah".',
  })
}

async function isThere({ file, prefix }: Buildx, exec: Ports['exec']): Promise<boolean> {
  try {
    const { exitCode } = await exec.run({ file, args: [...prefix, 'version'] })
    return exitCode === 0
  } catch (error) {
    if (error instanceof ConfigurationError) return false
    throw error
  }
}

/**
 * The builder to use: none named when the current one can export OCI layouts. The `docker` driver,
 * which is the default of a fresh runner, cannot, so then one of the `docker-container` driver is
 * made for this job.
 */
async function builderFor(buildx: Buildx, ports: BuildPorts): Promise<string | undefined> {
  const current = await ports.exec.run({ file: buildx.file, args: [...buildx.prefix, 'inspect'] })
  if (current.exitCode === 0 && driverOf(current.stdout) !== 'docker') return undefined
  const name = `oke-pipeline-${Math.floor(ports.random() * 0xffffffff).toString(16)}`
  ports.saveState(builderState, name)
  const { exitCode, stderr } = await ports.exec.run({
    file: buildx.file,
    args: [...buildx.prefix, 'create', '--driver', 'docker-container', '--name', name],
  })
  if (exitCode === 0) return name
  throw new ServiceError({
    service: 'buildx',
    title: 'No builder could be made',
    explanation: `"buildx create" said: ${stderr.trim()}`,
    remedy: 'Add docker/setup-buildx-action before this step, or name a "builder".',
  })
}

/** The driver of a builder, from what `buildx inspect` prints. */
export function driverOf(inspection: string): string | undefined {
  return /^Driver:\s+(\S+)/m.exec(inspection)?.[1]
}
