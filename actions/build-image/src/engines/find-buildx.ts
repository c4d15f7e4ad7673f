import type { Ports } from '@oke-pipeline/core'
import { isAtLeast, tryProgram, versionIn } from './try-program.ts'

/** A way to call buildx. */
export interface BuildxCommand {
  readonly file: string
  readonly prefix: readonly string[]
}

/** A buildx that is there. */
export interface Buildx extends BuildxCommand {
  readonly version: string
}

/** As a plugin of the docker CLI: what most runners have. */
export const buildxOfDocker: BuildxCommand = { file: 'docker', prefix: ['buildx'] }
/** As a program of its own. */
const buildxAlone: BuildxCommand = { file: 'buildx', prefix: [] }

/** The first version that tells its progress as JSON. */
const leastVersion = '0.13'

/** Finds the docker CLI with buildx, or buildx alone; a reason, if there is none. */
export async function findBuildx(ports: Pick<Ports, 'exec'>): Promise<Buildx | string> {
  let tooOld: string | undefined
  for (const { file, prefix } of [buildxOfDocker, buildxAlone]) {
    const outcome = await tryProgram({ file, args: [...prefix, 'version'] }, ports)
    const version = outcome?.exitCode === 0 ? versionIn(outcome.stdout) : undefined
    if (version === undefined) continue
    if (isAtLeast(version, leastVersion)) return { file, prefix, version }
    tooOld = version
  }
  return tooOld === undefined
    ? 'neither "docker buildx" nor "buildx" can be run on this runner'
    : `buildx ${tooOld} is older than ${leastVersion}`
}
