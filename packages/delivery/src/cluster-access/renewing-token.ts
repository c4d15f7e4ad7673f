import type { Clock } from '@oke-pipeline/core'

/** A token, and how long it is good. */
export interface MadeToken {
  readonly token: string
  /** From when on another one is better. */
  readonly renewAt: Date
  /** Until when this one will do. */
  readonly expiresAt: Date
}

/** A token that is made anew before it ends, or when it was refused. */
export interface RenewingToken {
  current(): Promise<string>
  /** Gives up a token. Returns whether it was the latest one: requests run side by side. */
  discard(refused: string): boolean
}

/** Makes a token when it is first asked for, and then again when it is needed. */
export function renewingToken(make: () => Promise<MadeToken>, clock: Clock): RenewingToken {
  let latest: MadeToken | undefined
  let making: Promise<MadeToken> | undefined
  return {
    async current() {
      if (latest !== undefined && clock.now() < latest.renewAt) return latest.token
      making ??= make()
      try {
        latest = await making
      } catch (error) {
        // What is left of its time is for cleaning up, where a cancelled job can get no other.
        if (latest === undefined || clock.now() >= latest.expiresAt) throw error
      } finally {
        making = undefined
      }
      return latest.token
    },
    discard(refused) {
      if (latest?.token !== refused) return false
      latest = undefined
      return true
    },
  }
}
