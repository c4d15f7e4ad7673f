import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isErrorCode } from './error-code.ts'

/** Makes the lab's control group in every hierarchy: a kubelet wants its root to exist. */
export async function createCgroup(name: string): Promise<void> {
  for (const root of await hierarchies()) {
    const directory = join(root, name)
    await mkdir(directory, { recursive: true })
    // In a version 1 cpuset nothing can run until it is told where.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) await inheritCpuset(root, directory, file)
  }
}

/** Removes a control group and all below it; what still runs in it is about to end. */
export async function removeCgroup(name: string): Promise<void> {
  await Promise.all((await hierarchies()).map(async (root) => removeTree(join(root, name))))
}

/** Folders of a control group, one in each hierarchy that has it. */
export async function findCgroups(name: string): Promise<readonly string[]> {
  return (await hierarchies()).map((root) => join(root, name)).filter((path) => existsSync(path))
}

async function hierarchies(): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8')
  return mounts.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ')
    const mountPoint = left.split(' ')[4]
    const isCgroup = right.startsWith('cgroup ') || right.startsWith('cgroup2 ')
    return isCgroup && mountPoint !== undefined ? [mountPoint] : []
  })
}

async function inheritCpuset(root: string, directory: string, file: string): Promise<void> {
  try {
    const own = await readFile(join(directory, file), 'utf8')
    if (own.trim() === '') await writeFile(join(directory, file), await readFile(join(root, file)))
  } catch (error) {
    // Only a version 1 cpuset hierarchy has a root with these files.
    if (!isErrorCode(error, 'ENOENT')) throw error
  }
}

async function removeTree(directory: string): Promise<void> {
  const children = await childGroups(directory)
  if (children === undefined) return
  for (const child of children) await removeTree(join(directory, child))
  await removeEmptied(directory)
}

async function childGroups(directory: string): Promise<readonly string[] | undefined> {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}

async function removeEmptied(directory: string): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    try {
      await rmdir(directory)
      return
    } catch (error) {
      if (isErrorCode(error, 'ENOENT')) return
      // A group stays busy until the kernel is done with its last killed process.
      if (!isErrorCode(error, 'EBUSY') || Date.now() > deadline) throw error
      await sleep(20)
    }
  }
}
