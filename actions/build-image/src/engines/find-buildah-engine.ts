import type { BuildPorts } from '../build-request.ts'
import type { Inputs } from '../declaration.ts'
import { buildahLimits } from './buildah-limits.ts'
import { buildWithBuildah } from './buildah.ts'
import type { Finding } from './engine.ts'
import { saidBy, tryProgram, versionIn } from './try-program.ts'

/** Finds out whether buildah works here, and can do what is asked. */
export async function findBuildahEngine(inputs: Inputs, ports: BuildPorts): Promise<Finding> {
  const [limit] = buildahLimits(inputs)
  if (limit !== undefined) {
    return { engine: undefined, because: `of "${limit.input}": ${limit.because}` }
  }
  const outcome = await tryProgram({ file: 'buildah', args: ['--version'] }, ports)
  if (outcome === undefined) {
    return { engine: undefined, because: 'the program "buildah" is not there' }
  }
  const version = versionIn(outcome.stdout)
  if (outcome.exitCode !== 0 || version === undefined) {
    return { engine: undefined, because: `buildah does not run: ${saidBy(outcome)}` }
  }
  const title = `buildah ${version}`
  return {
    engine: { title, build: (request) => buildWithBuildah(request, title, ports) },
    because: 'it is there, and needs no daemon',
  }
}
