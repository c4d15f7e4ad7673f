import { systemHttp } from '@oke-pipeline/core'
import type { Clock } from '@oke-pipeline/core'
import { startFakeGitHub } from '@oke-pipeline/testing'
import type { FakeGitHub, FakeGitHubOptions } from '@oke-pipeline/testing'
import { accessOfRun, connectGitHub } from '../src/index.ts'
import type { GitHub } from '../src/index.ts'

/** A job with a token, and the server that it calls. */
export interface Job extends AsyncDisposable {
  readonly server: FakeGitHub
  readonly github: GitHub
  /** A clock that waits for nothing. */
  readonly clock: Clock
  /** How long was waited, in seconds. */
  readonly waits: readonly number[]
  readonly signal: AbortSignal
}

/** Starts a server, and connects to it as a job with these permissions. */
export async function startJob(options: FakeGitHubOptions, token?: string): Promise<Job> {
  const server = await startFakeGitHub(options)
  const { signal } = new AbortController()
  const waits: number[] = []
  const clock = clockWith(waits)
  const log = {
    info: ignore,
    debug: ignore,
    warning: ignore,
    group: <T>(_: string, work: () => Promise<T>) => work(),
  }
  const github = connectGitHub(accessOfRun(server.environment, token ?? server.token), {
    http: systemHttp('test', signal),
    clock,
    log,
    signal,
    random: () => 0,
  })
  return {
    server,
    github,
    clock,
    waits,
    signal,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function ignore(): void {
  // Nobody reads this log.
}

function clockWith(waits: number[]): Clock {
  let now = new Date('2026-11-25T00:00:00Z').getTime()
  return {
    now: () => new Date(now),
    sleep(seconds) {
      waits.push(seconds)
      now += seconds * 1000
      return Promise.resolve()
    },
  }
}
