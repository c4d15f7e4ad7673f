import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { addressesOf } from './addresses.ts'
import { findCgroups } from './cgroups.ts'
import { runCommand } from './command.ts'
import { findBridges } from './container-bridges.ts'
import { isErrorCode } from './error-code.ts'
import type { LabRecord } from './lab-record.ts'
import { cgroupOf } from './running-lab.ts'

/** Everything of a lab that is still on the machine, one line each: programs, mounts in any namespace, interfaces, control groups, folder. */
export async function findLeftovers(
  record: Pick<LabRecord, 'name' | 'directory' | 'slot'>,
): Promise<readonly string[]> {
  const { name, directory, slot } = record
  const { interfaceName } = addressesOf(slot)
  const processes = await Promise.all(
    (await readdir('/proc')).map(async (entry) => processLeftovers(entry, directory)),
  )
  const links = await runCommand('ip', ['-brief', 'link'])
  return [
    ...processes.flat(),
    ...links.split('\n').filter((line) => line.startsWith(`${interfaceName}@`)),
    ...(await findBridges(addressesOf(slot))),
    ...(await findCgroups(cgroupOf(name))),
    ...(existsSync(directory) ? [directory] : []),
  ]
}

async function processLeftovers(entry: string, directory: string): Promise<readonly string[]> {
  if (!/^\d+$/.test(entry)) return []
  const commandLine = await readProc(entry, 'cmdline')
  const mounts = await readProc(entry, 'mountinfo')
  return [
    ...(commandLine.includes(`${directory}/`)
      ? [`process ${entry}: ${commandLine.replaceAll('\0', ' ').slice(0, 120)}`]
      : []),
    ...mounts
      .split('\n')
      .filter((line) => line.includes(`${directory}/`))
      .map((line) => `mount of process ${entry}: ${line}`),
  ]
}

async function readProc(entry: string, file: string): Promise<string> {
  try {
    return await readFile(join('/proc', entry, file), 'utf8')
  } catch (error) {
    // A process may end while it is looked at, and a kernel thread has no mounts.
    if (['ENOENT', 'ESRCH', 'EINVAL'].some((code) => isErrorCode(error, code))) return ''
    throw error
  }
}
