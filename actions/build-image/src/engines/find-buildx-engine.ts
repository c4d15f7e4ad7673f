import type { Ports } from '@oke-pipeline/core'
import type { BuildPorts } from '../build-request.ts'
import { buildWithBuildx } from './buildx.ts'
import type { BuildxBuilder } from './buildx.ts'
import type { Engine, Finding } from './engine.ts'
import { buildxOfDocker, findBuildx } from './find-buildx.ts'
import type { Buildx } from './find-buildx.ts'
import { inspectBuilder } from './inspect-builder.ts'
import type { Builder } from './inspect-builder.ts'
import { makeJobBuilder } from './job-builder.ts'

/**
 * Finds out whether buildx works here, and with which builder: the one that is named, the current
 * one, or, where that cannot export OCI layouts, one that is made for this job.
 */
export async function findBuildxEngine(
  name: string | undefined,
  ports: BuildPorts,
): Promise<Finding> {
  // At the same time: programs take long to start, and most runners have buildx in docker.
  const [buildx, early] = await Promise.all([
    findBuildx(ports),
    inspectBuilder(buildxOfDocker, name, ports),
  ])
  if (typeof buildx === 'string') return { engine: undefined, because: buildx }
  const isEarly = buildx.file === buildxOfDocker.file
  const builder = isEarly ? early : await inspectBuilder(buildx, name, ports)
  if (typeof builder === 'string') return { engine: undefined, because: builder }
  const trouble = troubleOf(builder)
  if (trouble !== undefined) return { engine: undefined, because: trouble }
  if (await canExportLayouts(builder, ports)) return withBuilder(buildx, builder, name)
  if (name !== undefined) return { engine: undefined, because: cannotExport(builder) }
  return withJobBuilder(buildx, builder, ports)
}

function troubleOf({ name, driver, error, status, endpoint }: Builder): string | undefined {
  if (error !== undefined) return `the builder "${name}" does not work: ${error}`
  // Other drivers start a builder that does not run; this one can only wait for it.
  const isAway = driver === 'remote' && status === 'inactive'
  return isAway
    ? `nothing answers for the builder "${name}" at ${endpoint ?? 'its address'}`
    : undefined
}

/** The `docker` driver can only where docker keeps its images in containerd's store. */
async function canExportLayouts(
  { driver, endpoint }: Builder,
  { exec }: Pick<Ports, 'exec'>,
): Promise<boolean> {
  if (driver !== 'docker') return true
  const context = endpoint === undefined || endpoint === '' ? [] : ['--context', endpoint]
  const format = ['--format', '{{json .DriverStatus}}']
  const { stdout } = await exec.run({ file: 'docker', args: [...context, 'info', ...format] })
  return stdout.includes('io.containerd.snapshotter')
}

function cannotExport({ name }: Builder): string {
  return `the builder "${name}" has the docker driver without the containerd image store, which cannot export OCI layouts`
}

function withBuilder(buildx: Buildx, builder: Builder, name: string | undefined): Finding {
  const which = name === undefined ? 'it is the current builder' : 'it is named'
  const title = `buildx ${buildx.version} with the builder "${builder.name}" (driver ${builder.driver})`
  return {
    engine: engineOf({ buildx, builder: builder.name, title }),
    because: `${which} and can export OCI layouts`,
  }
}

async function withJobBuilder(
  buildx: Buildx,
  current: Builder,
  ports: BuildPorts,
): Promise<Finding> {
  const made = await makeJobBuilder(buildx, ports)
  if ('problem' in made) {
    const because = `${cannotExport(current)}, and no other could be made: ${made.problem}`
    return { engine: undefined, because }
  }
  const title = `buildx ${buildx.version} with a builder made for this job (driver docker-container)`
  return {
    engine: engineOf({ buildx, builder: made.name, title }),
    because: cannotExport(current),
  }
}

function engineOf(builder: BuildxBuilder): Engine {
  return {
    title: builder.title,
    build: (request, ports) => buildWithBuildx(request, builder, ports),
  }
}
