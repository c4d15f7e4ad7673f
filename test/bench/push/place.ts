import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabUnderTest } from '../../setup/lab.ts'
import { startDelayingProxy } from './delaying-proxy.ts'

/** A registry, and what is needed to push to it. */
export interface Place {
  readonly title: string
  /** `127.0.0.1:41234`, as it stands in image names. */
  readonly host: string
  readonly login?: Login
}

/** A login, and the authority of the registry's certificate. */
export interface Login {
  readonly username: string
  readonly password: string
  readonly caFile: string
  /** A folder with the login as Docker's programs keep it. */
  readonly dockerConfig: string
}

const delayMilliseconds = 10

/** Opens places by name: `plain`, `tls`, and `far`, where every answer takes 20 ms more. */
export async function openPlace(
  name: string,
  lab: LabUnderTest,
  folder: string,
): Promise<Place & AsyncDisposable> {
  const host = lab.registry?.host ?? ''
  const nothing = { [Symbol.asyncDispose]: () => Promise.resolve() }
  if (name === 'plain') return { title: 'In the clear', host, ...nothing }
  if (name === 'tls') return { ...(await openSecurePlace(lab, folder)), ...nothing }
  if (name !== 'far') throw new Error(`There is no place "${name}": say plain, tls or far`)
  const proxy = await startDelayingProxy(host, delayMilliseconds)
  return {
    title: `In the clear, ${2 * delayMilliseconds} ms away`,
    host: proxy.host,
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  }
}

async function openSecurePlace(lab: LabUnderTest, folder: string): Promise<Place> {
  const { secureRegistry } = lab
  if (secureRegistry === undefined) throw new Error('The lab has no secure registry')
  const { host, username, password, caFile } = secureRegistry
  const dockerConfig = join(folder, 'docker')
  await mkdir(dockerConfig, { recursive: true })
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  const configuration = JSON.stringify({ auths: { [host]: { auth } } })
  await writeFile(join(dockerConfig, 'config.json'), configuration, { mode: 0o600 })
  return {
    title: 'With TLS and tokens',
    host,
    login: { username, password, caFile, dockerConfig },
  }
}
