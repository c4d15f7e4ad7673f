import type { Runner } from '@oke-pipeline/core'
import type { InterruptedRelease, ReleaseAddress } from '@oke-pipeline/kubernetes'

/** Notes, before the lock is taken, what `post` has to look at if main does not get to its end. */
export function saveTurn(runner: Runner, address: ReleaseAddress, holder: string): void {
  runner.saveState('namespace', address.namespace)
  runner.saveState('release', address.release)
  runner.saveState('holder', holder)
}

/** Notes, before the first change, what `post` has to undo. */
export function saveStarted(runner: Runner, revision: number): void {
  runner.saveState('revision', revision.toFixed(0))
}

/** Notes that nothing is left for `post`. */
export function saveFinished(runner: Runner): void {
  runner.saveState('holder', '')
}

/** What main noted and did not finish; undefined when it has left nothing. */
export function interruptedRelease(runner: Runner): InterruptedRelease | undefined {
  const namespace = runner.state('namespace')
  const release = runner.state('release')
  const holder = runner.state('holder')
  const revision = Number(runner.state('revision') ?? '')
  if (!namespace || !release || !holder) return undefined
  return { namespace, release, holder, revision: revision > 0 ? revision : undefined }
}
