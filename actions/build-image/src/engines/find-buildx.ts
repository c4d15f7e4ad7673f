import type { Ports } from '@oke-pipeline/core'
import { isAtLeast, tryProgram, versionIn } from './try-program.ts'

/** A way to call buildx: as a plugin of the docker CLI, or as a program of its own. */
export interface Buildx {
  readonly file: string
  readonly prefix: readonly string[]
  readonly version: string
}

/** The first version that tells its progress as JSON. */
const leastVersion = '0.13'

/** Finds the docker CLI with buildx, or buildx alone; a reason, if there is none. */
export async function findBuildx(ports: Pick<Ports, 'exec'>): Promise<Buildx | string> {
  const ways = [
    { file: 'docker', prefix: ['buildx'] },
    { file: 'buildx', prefix: [] },
  ]
  let tooOld: string | undefined
  for (const { file, prefix } of ways) {
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
