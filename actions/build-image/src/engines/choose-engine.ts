import { ConfigurationError, assertNever } from '@oke-pipeline/core'
import type { BuildPorts } from '../build-request.ts'
import type { Inputs } from '../declaration.ts'
import type { Engine, Finding } from './engine.ts'
import { findBuildahEngine } from './find-buildah-engine.ts'
import { findBuildctlEngine } from './find-buildctl-engine.ts'
import { findBuildxEngine } from './find-buildx-engine.ts'

/** The engine that builds, and why it is this one. */
export interface Choice {
  readonly engine: Engine
  readonly because: string
  readonly skipped: readonly SkippedEngine[]
}

/** An engine that was tried before, and why it was not taken. */
export interface SkippedEngine {
  readonly name: EngineName
  readonly because: string
}

type EngineName = Exclude<Inputs['engine'], 'auto'>

/** The one that most users have set up comes first, the one that can do least last. */
const order: readonly EngineName[] = ['buildx', 'buildctl', 'buildah']

/**
 * Takes the engine that is named, or the first that works on this machine.
 * @throws ConfigurationError that says of each why it does not.
 */
export async function chooseEngine(inputs: Inputs, ports: BuildPorts): Promise<Choice> {
  const skipped: SkippedEngine[] = []
  for (const name of candidates(inputs)) {
    const { engine, because } = await find(name, inputs, ports)
    if (engine !== undefined) return { engine, because, skipped }
    skipped.push({ name, because })
  }
  throw noEngine(inputs, skipped)
}

function candidates({ engine, builder }: Inputs): readonly EngineName[] {
  if (engine !== 'auto') return [engine]
  // Only buildx knows builders by name.
  return builder === undefined ? order : ['buildx']
}

async function find(name: EngineName, inputs: Inputs, ports: BuildPorts): Promise<Finding> {
  switch (name) {
    case 'buildx':
      return findBuildxEngine(inputs.builder, ports)
    case 'buildctl':
      return findBuildctlEngine(ports)
    case 'buildah':
      return findBuildahEngine(inputs, ports)
    default:
      return assertNever(name)
  }
}

function noEngine(inputs: Inputs, skipped: readonly SkippedEngine[]): ConfigurationError {
  const reasons = skipped.map(({ name, because }) => `${name}: ${because}.`)
  return new ConfigurationError({
    title:
      inputs.engine === 'auto' && inputs.builder === undefined
        ? 'Nothing on this runner can build'
        : `${skipped[0]?.name ?? inputs.engine} cannot build`,
    explanation: reasons.length === 1 ? (reasons[0] ?? '') : `\n${reasons.join('\n')}\n`,
    remedy:
      'Add docker/setup-buildx-action before this step, or choose an "engine" that this runner has.',
  })
}
