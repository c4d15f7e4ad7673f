import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Outcome, ProvisionContext } from './part.ts'

/** The folder where parts are kept from one run to the next. */
export function cacheDirectory(context: ProvisionContext): string {
  const environment = context.environment ?? process.env
  const own = environment.OKE_PIPELINE_CACHE
  if (own !== undefined && own !== '') return own
  const shared = environment.XDG_CACHE_HOME
  if (shared !== undefined && shared !== '') return join(shared, 'oke-pipeline')
  return join(environment.HOME ?? homedir(), '.cache', 'oke-pipeline')
}

/** The part in a folder of the cache, if that folder was filled before. */
export async function findCached(
  context: ProvisionContext,
  key: string,
  name: string,
): Promise<Outcome> {
  const path = join(cacheDirectory(context), key, name)
  try {
    await access(path)
    return { path }
  } catch {
    // Not there yet.
    return {}
  }
}

/**
 * A folder of the cache that is filled once: whole or not at all, and by one process however many ask for it.
 * The key names everything that its content depends on.
 */
export async function cachedDirectory(
  context: ProvisionContext,
  key: string,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const root = cacheDirectory(context)
  const target = join(root, key)
  if (existsSync(target)) return target
  await mkdir(join(root, 'locks'), { recursive: true })
  const release = await lockFile(join(root, 'locks', key), () => {
    context.log(`Another process is preparing ${key}: waiting for it.`)
  })
  try {
    if (!existsSync(target)) await fillAtomically(root, target, fill)
  } finally {
    await release()
  }
  return target
}

async function fillAtomically(
  root: string,
  target: string,
  fill: (directory: string) => Promise<void>,
): Promise<void> {
  const temporary = await mkdtemp(join(root, 'new-'))
  try {
    await fill(temporary)
    await rename(temporary, target)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/**
 * Holds an exclusive lock that the kernel takes back when this process dies, however it dies:
 * `flock` keeps it for as long as the `cat` behind it can read from us.
 */
export async function lockFile(path: string, onWait?: () => void): Promise<() => Promise<void>> {
  const holder = spawn('flock', ['--exclusive', path, 'cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'close')
  const waiting = setTimeout(() => onWait?.(), 1000)
  holder.stdin.write('locked\n')
  try {
    await Promise.race([
      once(holder.stdout, 'data'),
      ended.then(() => {
        throw new Error(`Cannot lock "${path}": flock ended. Check that the folder is writable.`)
      }),
    ])
  } finally {
    clearTimeout(waiting)
  }
  return async () => {
    holder.stdin.end()
    await ended
  }
}
