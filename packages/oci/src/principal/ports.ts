import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import type { Ports, RunContext } from '@oke-pipeline/core'
import type { OciPorts } from '../client/ports.ts'

/** What finding an identity needs of the world. */
export interface PrincipalPorts extends OciPorts {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly run: Pick<RunContext, 'eventName' | 'eventPath'>
  /** Reads a file wherever it is: keys and profiles lie outside the workspace. */
  readFile(path: string): Promise<string>
  readonly homeFolder: string
}

/** The ports of a step of a workflow. */
export function principalPorts(
  runner: Pick<Ports, 'http' | 'log' | 'clock' | 'signal' | 'random'> &
    Pick<PrincipalPorts, 'environment' | 'run' | 'mask'>,
): PrincipalPorts {
  return { ...runner, readFile: (path) => readFile(path, 'utf8'), homeFolder: homedir() }
}
