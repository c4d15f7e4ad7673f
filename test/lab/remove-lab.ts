import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { addressesOf } from './addresses.ts'
import { removeCgroup } from './cgroups.ts'
import { runCommand } from './command.ts'
import { removeBridges } from './container-bridges.ts'
import { isErrorCode } from './error-code.ts'
import { isRunning, labNames, labsDirectory, readRecord } from './lab-record.ts'
import { removeInterface } from './node-network.ts'
import { cgroupOf } from './running-lab.ts'

/**
 * Removes what is left of a lab whose keeper is gone or is about to go. Processes and mounts need no care: they ended
 * with the lab's first process, which ended with the keeper.
 */
export async function removeLab(name: string, slot: number | undefined): Promise<void> {
  if (slot !== undefined) {
    await removeInterface(addressesOf(slot).interfaceName)
    await removeBridges(addressesOf(slot))
  }
  await removeCgroup(cgroupOf(name))
  const directory = join(labsDirectory(), name)
  await unmountBelow(directory)
  await removeFolder(directory)
}

/** The record goes last, so that nobody takes what is half gone for a lab without one. */
async function removeFolder(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(nothingThere)) {
    if (name !== 'lab.json') await rm(join(directory, name), { recursive: true, force: true })
  }
  await rm(directory, { recursive: true, force: true })
}

function nothingThere(error: unknown): readonly string[] {
  if (isErrorCode(error, 'ENOENT')) return []
  throw error
}

/** Removes every lab whose keeper is gone; gives their names. */
export async function removeAbandonedLabs(): Promise<readonly string[]> {
  const removed: string[] = []
  for (const name of await labNames()) {
    const record = await readRecord(name)
    if (record !== undefined && (await isRunning(record))) continue
    await removeLab(name, record?.slot)
    removed.push(name)
  }
  return removed
}

/** A lab mounts in its own namespace only; what is here was mounted by somebody's tool into a lab's folder. */
async function unmountBelow(directory: string): Promise<void> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8')
  const points = mounts.split('\n').map((line) => line.split(' ')[4] ?? '')
  const below = points.filter((point) => point.startsWith(`${directory}/`))
  for (const point of below.reverse()) await runCommand('umount', ['--lazy', point])
}
