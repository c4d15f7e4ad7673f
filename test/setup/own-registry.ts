import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** What a test decides about a registry of its own. */
export interface OwnRegistrySettings {
  /** An existing folder; what the registry holds is kept below it. */
  readonly folder: string
  /** Whether it is in maintenance, and takes nothing. */
  readonly isReadOnly: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A registry that only one test uses. */
export interface OwnRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string
}

/** Starts docker-registry, for what the one of the lab cannot be asked to do. */
export async function startOwnRegistry(settings: OwnRegistrySettings): Promise<OwnRegistry> {
  const storage = join(settings.folder, 'storage')
  await mkdir(storage, { recursive: true })
  const file = join(settings.folder, 'registry.yml')
  const configuration = {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: storage },
      maintenance: { readonly: { enabled: settings.isReadOnly } },
    },
    http: { addr: '127.0.0.1:0', secret: 'own' },
  }
  await writeFile(file, JSON.stringify(configuration))
  const child = spawn('docker-registry', ['serve', file], {
    env: settings.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  return {
    host: await addressOf(child),
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    },
  }
}

/** It takes a free port, and says which. */
async function addressOf({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('The registry cannot be heard')
  const lines: string[] = []
  for await (const line of createInterface(stderr)) {
    const address = /listening on ([0-9.]+:[0-9]+)/.exec(line)?.[1]
    if (address !== undefined) {
      stderr.resume()
      return address
    }
    lines.push(line)
  }
  throw new Error(`The registry did not start: ${lines.join('\n')}`)
}
