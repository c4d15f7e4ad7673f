import type { Ports } from '@oke-pipeline/core'
import type { BuildxCommand } from './find-buildx.ts'
import { saidBy, tryProgram } from './try-program.ts'

/** A builder of buildx. */
export interface Builder {
  readonly name: string
  readonly driver: string
  /** Where its first node is: an address, or the name of a docker context. */
  readonly endpoint: string | undefined
  readonly status: string | undefined
  /** What is wrong with it, if anything. */
  readonly error: string | undefined
}

/** Looks at a builder, by default at the current one; a reason, if it cannot be looked at. */
export async function inspectBuilder(
  { file, prefix }: BuildxCommand,
  name: string | undefined,
  ports: Pick<Ports, 'exec'>,
): Promise<Builder | string> {
  const args = [...prefix, 'inspect', ...(name === undefined ? [] : [name])]
  const outcome = await tryProgram({ file, args }, ports)
  if (outcome === undefined) return `the program "${file}" is not there`
  return outcome.exitCode === 0 ? parseInspection(outcome.stdout) : saidBy(outcome)
}

/** Reads what `buildx inspect` prints; there is no JSON of it. */
export function parseInspection(text: string): Builder {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:[ \\t]*(\\S.*)$`, 'm').exec(text)?.[1]?.trim()
  return {
    name: field('Name') ?? '',
    driver: field('Driver') ?? '',
    endpoint: field('Endpoint'),
    status: field('Status'),
    error: field('Error'),
  }
}
