import type { Runner } from '@oke-pipeline/core'

/** A release that main has begun to deploy. */
export interface StartedRelease {
  readonly namespace: string
  readonly release: string
  readonly revision: number
}

/** Notes, before the first change, what `post` has to look at if main does not get to its end. */
export function saveStarted(runner: Runner, started: StartedRelease): void {
  runner.saveState('namespace', started.namespace)
  runner.saveState('release', started.release)
  runner.saveState('revision', started.revision.toFixed(0))
}

/** What main noted; undefined when it has changed nothing. */
export function startedRelease(runner: Runner): StartedRelease | undefined {
  const namespace = runner.state('namespace')
  const release = runner.state('release')
  const revision = Number(runner.state('revision') ?? '')
  if (!namespace || !release || !(revision > 0)) return undefined
  return { namespace, release, revision }
}
