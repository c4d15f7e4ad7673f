import { spawn } from 'node:child_process'

/** What kubectl is told of a namespace, line by line, with the time at which it came. */
export interface Sightings extends Disposable {
  /** When the first line came that something holds for; undefined until then. */
  firstTime(holds: (line: string) => boolean): number | undefined
  /** When so many different lines had come that something holds for. */
  timeOf(count: number, holds: (line: string) => boolean): number | undefined
}

/** Watches objects of a kind from now on, with a line of these columns for each event. */
export function watchKind(
  { kind, columns, namespace }: { kind: string; columns: string; namespace: string },
  env: NodeJS.ProcessEnv,
): Sightings {
  const args = ['get', kind, '--namespace', namespace, '--watch', '--no-headers', '--output']
  const child = spawn('kubectl', [...args, `custom-columns=${columns}`], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const seen: { readonly line: string; readonly at: number }[] = []
  let begun = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${begun}${text}`.split('\n')
    begun = lines.pop() ?? ''
    seen.push(...lines.map((line) => ({ line, at: performance.now() })))
  })
  const timeOf: Sightings['timeOf'] = (count, holds) => {
    const found = new Set<string>()
    return seen.find(({ line }) => holds(line) && found.add(line).size === count)?.at
  }
  return {
    firstTime: (holds) => timeOf(1, holds),
    timeOf,
    [Symbol.dispose]: () => void child.kill(),
  }
}
