import type { Trouble } from './trouble.ts'
import type { WorkloadState } from './workload-state.ts'

/** Remembers since when each trouble has been there. */
export class Patience {
  readonly #since = new Map<string, Date>()

  /** Whether one of the troubles has lasted longer than it may. */
  isExhausted(workloads: readonly WorkloadState[], now: Date): boolean {
    const troubles = workloads
      .filter(({ phase }) => phase !== 'ready')
      .flatMap(({ troubles: found }) => found)
    const keys = new Set(troubles.map(keyOf))
    for (const key of this.#since.keys()) if (!keys.has(key)) this.#since.delete(key)
    return troubles.some((trouble) => {
      const since = this.#since.get(keyOf(trouble)) ?? now
      this.#since.set(keyOf(trouble), since)
      return (now.getTime() - since.getTime()) / 1000 >= trouble.graceSeconds
    })
  }
}

function keyOf({ pod, container, reason }: Trouble): string {
  return `${pod ?? ''} ${container ?? ''} ${reason}`
}
