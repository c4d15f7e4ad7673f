import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'

/** A command that is timed as a whole process. */
export interface Contestant {
  readonly name: string
  readonly file: string
  /** Those of a round, where each round needs others. */
  readonly args: readonly string[] | ((round: number) => readonly string[])
  /** That of a round, where each round needs another; by default that of this process. */
  readonly environment?: Environment | ((round: number) => Environment)
  /** A file that it reads as its standard input. */
  readonly input?: string
}

type Environment = Readonly<Record<string, string>>

/** The medians of a contestant, and how it compares with the first one, taken round by round. */
export interface Score {
  readonly name: string
  readonly milliseconds: number
  readonly fastestMilliseconds: number
  readonly ratio: number
  /** Milliseconds that it takes more than the first one. */
  readonly excess: number
}

/**
 * Times all contestants in turn, round after round, so that a machine that slows down slows all of
 * them. The first round only warms up.
 */
export async function compare(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<readonly Score[]> {
  const times = contestants.map((): number[] => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const milliseconds = await timeOf(contestant, round)
      if (round > 0) times[index]?.push(milliseconds)
    }
  }
  const base = times[0] ?? []
  return contestants.map(({ name }, index) => {
    const own = times[index] ?? []
    const ratios = own.map((milliseconds, round) => milliseconds / (base[round] ?? NaN))
    const excesses = own.map((milliseconds, round) => milliseconds - (base[round] ?? NaN))
    return {
      name,
      milliseconds: median(own),
      fastestMilliseconds: Math.min(...own),
      ratio: median(ratios),
      excess: median(excesses),
    }
  })
}

/** Runs a contestant once, and says how long it took, in milliseconds. */
export async function timeOf(
  { name, file, args, environment, input }: Contestant,
  round: number,
): Promise<number> {
  await using opened = input === undefined ? undefined : await open(input)
  const start = performance.now()
  const child = spawn(file, typeof args === 'function' ? args(round) : args, {
    stdio: [opened?.fd ?? 'ignore', 'ignore', 'ignore'],
    env: typeof environment === 'function' ? environment(round) : (environment ?? process.env),
  })
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode ?? 'a signal'}`)
  return performance.now() - start
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
