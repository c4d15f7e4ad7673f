import { setTimeout as wait } from 'node:timers/promises'

/** The time, and waiting. */
export interface Clock {
  now(): Date
  /** Resolves after so many seconds; rejects at once when the signal aborts. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(seconds, signal) {
    await wait(seconds * 1000, undefined, signal === undefined ? {} : { signal })
  },
}

/** The seconds that have passed since a moment. */
export function secondsSince(start: Date, clock: Clock): number {
  return (clock.now().getTime() - start.getTime()) / 1000
}
