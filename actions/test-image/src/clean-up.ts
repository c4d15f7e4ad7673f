import type { Ports } from '@oke-pipeline/core'
import {
  listContainersArguments,
  listNetworksArguments,
  removeContainersArguments,
} from './runtime/arguments.ts'
import { runtimeNames } from './runtime/runtime.ts'
import type { RuntimeName } from './runtime/runtime.ts'

/** The state under which what this run makes is kept for `post`: `docker oke-pipeline-test-5f3a`. */
export const runState = 'run'

/** A run on a runtime: whatever it makes bears its name. */
export interface Run {
  readonly runtime: RuntimeName
  readonly name: string
}

/** A name for one run, which no other job on this machine uses. */
export function newName({ random }: Pick<Ports, 'random'>): string {
  return `oke-pipeline-test-${Math.floor(random() * 2 ** 48).toString(16)}`
}

/** A run as `post` finds it. */
export function formatRun({ runtime, name }: Run): string {
  return `${runtime} ${name}`
}

/** Reads what {@link formatRun} wrote; undefined for anything else, such as no run. */
export function parseRun(state: string | undefined): Run | undefined {
  const [runtime = '', name = ''] = (state ?? '').split(' ')
  const known = runtimeNames.find((candidate) => candidate === runtime)
  return known === undefined || !/^oke-pipeline-test-[0-9a-f]+$/.test(name)
    ? undefined
    : { runtime: known, name }
}

type CleanUpPorts = Pick<Ports, 'exec' | 'log' | 'clock'>

/**
 * Removes what a run may have left: containers with their volumes, networks, and its names for
 * images. What a client that was killed had asked for may appear only now, so it looks twice when
 * the run did not end by itself.
 */
export async function cleanUp(
  run: Run,
  ports: CleanUpPorts,
  { isInterrupted }: { readonly isInterrupted: boolean },
): Promise<void> {
  await removeAll(run, ports)
  if (!isInterrupted) return
  await ports.clock.sleep(1)
  await removeAll(run, ports)
}

async function removeAll(run: Run, ports: CleanUpPorts): Promise<void> {
  const [containers, networks, images] = await Promise.all([
    listed(run, listContainersArguments(run.name), ports),
    listed(run, listNetworksArguments(run.name), ports),
    imagesOf(run, ports),
  ])
  // Neither networks nor images go while containers use them.
  await removeOnes(run, removeContainersArguments(run.runtime, containers), containers, ports)
  await Promise.all([
    removeOnes(run, ['network', 'rm', ...networks], networks, ports),
    removeOnes(run, ['rmi', '--force', ...images], images, ports),
  ])
}

const attempts = 5

async function listed(
  { runtime }: Run,
  args: readonly string[],
  { exec, log, clock }: CleanUpPorts,
): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const { exitCode, stdout, stderr } = await exec.run({ file: runtime, args })
    if (exitCode === 0) return stdout.split('\n').filter((line) => line.trim() !== '')
    if (attempt === attempts) {
      log.warning(`${runtime} could not say what is left of the tests: ${stderr.trim()}`)
      return []
    }
    // Podman fails when another job removes an image while it makes the list.
    await clock.sleep(attempt / 4)
  }
}

/** Names only: what somebody else calls the same image stays. */
async function imagesOf(run: Run, ports: CleanUpPorts): Promise<readonly string[]> {
  const names = await listed(run, ['images', '--format', '{{.Repository}}:{{.Tag}}'], ports)
  const own = new RegExp(`^(localhost/)?${run.name}(-[a-z0-9-]+)?:`)
  return names.filter((name) => own.test(name)).map((name) => name.replace(/:<none>$/, ''))
}

/** Another job on this machine that removes the same layers at that moment gets in the way: it tries again. */
async function removeOnes(
  { runtime }: Run,
  args: readonly string[],
  what: readonly string[],
  { exec, log, clock }: CleanUpPorts,
): Promise<void> {
  if (what.length === 0) return
  for (let attempt = 1; ; attempt += 1) {
    const { exitCode, stderr } = await exec.run({ file: runtime, args })
    if (exitCode === 0) return
    if (attempt === attempts) {
      // It says nothing about the image: a leftover is worth a word, not a failed test.
      log.warning(`${what.join(', ')} was not removed: ${stderr.trim()}`)
      return
    }
    await clock.sleep(attempt / 4)
  }
}
