import { ConfigurationError } from '@oke-pipeline/core'
import type { Environment, Environments } from './schema.ts'

/**
 * The environment of a name.
 * @throws {@link ConfigurationError} that lists the names there are.
 */
export function environmentNamed(environments: Environments, name: string): Environment {
  const found = environments.environments.find((environment) => environment.name === name)
  if (found !== undefined) return found
  throw new ConfigurationError({
    title: `Environment "${name}" is not known`,
    explanation: `"${environments.file}" has: ${namesOf(environments).join(', ')}.`,
    remedy: 'Use one of these names, or add the environment to the file.',
    place: { file: environments.file },
  })
}

/** The environment that a change comes from before it gets to this one; none for the first. */
export function previousEnvironment(
  environments: Environments,
  name: string,
): Environment | undefined {
  const position = positionOf(environments, name)
  return position === 0 ? undefined : environments.environments[position - 1]
}

/** A step of promotion that the order allows. */
export interface Promotion {
  readonly from: Environment
  readonly to: Environment
}

/**
 * Holds a promotion to the order of the file: one step forward, none left out.
 * @throws {@link ConfigurationError} for every other pair of environments.
 */
export function checkOrder(environments: Environments, from: string, to: string): Promotion {
  const step = positionOf(environments, to) - positionOf(environments, from)
  if (step === 1) {
    return { from: environmentNamed(environments, from), to: environmentNamed(environments, to) }
  }
  throw new ConfigurationError({
    title: `Promotion from "${from}" to "${to}" is not allowed`,
    explanation: `${reasonAgainst(environments, { from, to, step })} The order in "${environments.file}" is ${namesOf(environments).join(' → ')}.`,
    remedy: remedyFor(environments, to),
    place: { file: environments.file },
  })
}

/**
 * Holds a deployment to the order of the file: every environment but the first gets only what was
 * promoted from the one before it.
 * @throws {@link ConfigurationError} when it was promoted from nowhere, or from another one.
 */
export function checkPromotedFrom(
  environments: Environments,
  name: string,
  promotedFrom: string | undefined,
): void {
  if (promotedFrom !== undefined) {
    checkOrder(environments, promotedFrom, name)
    return
  }
  const previous = previousEnvironment(environments, name)
  if (previous === undefined) return
  throw new ConfigurationError({
    title: `Environment "${name}" gets only what was promoted to it`,
    explanation: `The order in "${environments.file}" is ${namesOf(environments).join(' → ')}, and this image was promoted from nowhere.`,
    remedy: `Name the environment before it: "promote-from: ${previous.name}" of deploy.yml, or "promoted-from: ${previous.name}" after the action promote.`,
    place: { file: environments.file },
  })
}

interface RefusedStep {
  readonly from: string
  readonly to: string
  readonly step: number
}

function reasonAgainst(environments: Environments, { from, to, step }: RefusedStep): string {
  if (step === 0) return 'They are the same environment.'
  if (step < 0) return `"${to}" comes before "${from}".`
  const start = positionOf(environments, from)
  const skipped = namesOf(environments).slice(start + 1, start + step)
  return `It leaves out ${skipped.map((name) => `"${name}"`).join(', ')}.`
}

function remedyFor(environments: Environments, to: string): string {
  const previous = previousEnvironment(environments, to)
  return previous === undefined
    ? `"${to}" is the first: deploy to it directly.`
    : `Promote to "${to}" from "${previous.name}".`
}

function positionOf(environments: Environments, name: string): number {
  return environments.environments.indexOf(environmentNamed(environments, name))
}

function namesOf(environments: Environments): readonly string[] {
  return environments.environments.map(({ name }) => name)
}
