/** A test whose work is begun before its turn comes. */
export interface Step {
  readonly name: string
  run(): Promise<void>
}

/** How steps end, by their names. */
export type Ends = ReadonlyMap<string, Promise<void>>

/**
 * Begins lanes of steps side by side: what waits for a cluster most of the time waits together. The
 * steps of a lane go one after the other, whether or not the one before has failed.
 */
export function startLanes(lanes: readonly (readonly Step[])[]): Ends {
  const ends = new Map<string, Promise<void>>()
  for (const lane of lanes) {
    let before = Promise.resolve()
    for (const step of lane) {
      before = runAfter(before, step)
      // Its own test waits for it, maybe after it has failed.
      before.catch(() => undefined)
      ends.set(step.name, before)
    }
  }
  return ends
}

async function runAfter(before: Promise<void>, step: Step): Promise<void> {
  await before.catch(() => undefined)
  await step.run()
}
