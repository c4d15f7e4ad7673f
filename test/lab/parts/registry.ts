import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contribution, GroupContext, GroupDefinition } from '../group.ts'
import { isAnswering } from '../http-probe.ts'

/** A registry without TLS and without authentication. */
export interface RegistryDetails {
  /** `127.0.0.1:PORT`, as it stands in image names; the node's containerd knows it under the same name. */
  readonly host: string
  /** Ports that whoever pulls from it needs. */
  readonly ports: readonly number[]
}

/** Debian's docker-registry (the distribution project's), which has no referrers API. */
export const group: GroupDefinition<'registry'> = {
  name: 'registry',
  requires: [],
  systemPackages: [{ package: 'docker-registry', file: 'docker-registry' }],
  parts: [],
  start: startRegistry,
}

async function startRegistry(context: GroupContext): Promise<Contribution<'registry'>> {
  const port = await context.freePort()
  const configuration = await writeConfiguration(context.directory, {
    http: { addr: `127.0.0.1:${port}` },
  })
  context.spawn('registry', 'docker-registry', ['serve', configuration])
  await context.waitFor(
    'the registry to answer',
    async () => isAnswering(`http://127.0.0.1:${port}/v2/`),
    20,
  )
  return {
    details: { host: `127.0.0.1:${port}`, ports: [port] },
    versions: { 'docker-registry': await registryVersion(context) },
  }
}

/** What differs from one registry to another. */
export interface RegistrySettings {
  readonly http: Readonly<Record<string, unknown>>
  readonly auth?: Readonly<Record<string, unknown>>
}

/** Writes a registry's configuration file, which is YAML and therefore may be JSON, and makes its storage folder. */
export async function writeConfiguration(
  directory: string,
  settings: RegistrySettings,
): Promise<string> {
  const storage = join(directory, 'storage')
  await mkdir(storage)
  const file = join(directory, 'config.yml')
  const configuration = {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    ...settings,
    http: { secret: randomBytes(16).toString('hex'), ...settings.http },
  }
  await writeFile(file, JSON.stringify(configuration, undefined, 2))
  return file
}

/** Version of the registry that is installed. */
export async function registryVersion(context: GroupContext): Promise<string> {
  const output = await context.run('docker-registry', ['--version'])
  return output.trim().split(' ').at(-1) ?? 'unknown'
}
