import { runnerToolStore } from '@oke-pipeline/core'
import type { Runner, ToolPorts } from '@oke-pipeline/core'
import { kubectlFinder } from '@oke-pipeline/kubernetes'
import type { KubectlFinder } from '@oke-pipeline/kubernetes'
import type { Inputs } from './declaration.ts'

/** The runner, and the programs that sources are rendered by. */
export interface SourcePorts extends Runner, Pick<ToolPorts, 'toolStore'> {
  /** The processor that programs are downloaded for, as Node.js calls it. */
  readonly architecture: string
  readonly kubectl: KubectlFinder
}

/** What reading and rendering the sources of a release needs of the world. */
export function sourcePorts(inputs: Partial<Inputs>, runner: Runner): SourcePorts {
  const toolStore = runnerToolStore(runner.environment)
  const ports = { ...runner, toolStore, architecture: process.arch }
  return { ...ports, kubectl: kubectlFinder(inputs['kubectl-version'], ports) }
}
