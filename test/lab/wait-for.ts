import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from './error-code.ts'

/** How long something is waited for, and what ends the waiting early. */
export interface WaitOptions {
  readonly timeoutSeconds: number
  readonly signal?: AbortSignal
  readonly intervalMilliseconds?: number
}

/** Polls until the check gives something; what it last said or threw is part of the error. */
export async function waitFor<T>(
  description: string,
  check: () => Promise<T | undefined | false>,
  options: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + options.timeoutSeconds * 1000
  let lastError: unknown
  for (;;) {
    options.signal?.throwIfAborted()
    try {
      const value = await check()
      if (value !== undefined && value !== false) return value
    } catch (error) {
      lastError = error
    }
    if (Date.now() > deadline) {
      const why = lastError === undefined ? '' : `: ${messageOf(lastError)}`
      throw new Error(`Waited ${options.timeoutSeconds} s in vain for ${description}${why}`, {
        cause: lastError,
      })
    }
    await sleep(options.intervalMilliseconds ?? 100, undefined, { signal: options.signal })
  }
}
