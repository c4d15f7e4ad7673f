import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contribution, GroupContext, GroupDefinition } from '../group.ts'
import { isListening } from '../http-probe.ts'
import type { SecureRegistryFile } from '../secure-registry/serve.ts'
import type { RegistryUser } from '../secure-registry/token-server.ts'
import { registryVersion, writeConfiguration } from './registry.ts'

/** A registry with TLS and token authentication, as hosted registries have. */
export interface SecureRegistryDetails {
  readonly host: string
  /** May pull, push and delete. */
  readonly username: string
  readonly password: string
  /** May only pull. */
  readonly reader: { readonly username: string; readonly password: string }
  /** Authority of the registry's and the token server's certificates. */
  readonly caFile: string
  readonly tokenUrl: string
  readonly ports: readonly number[]
}

const service = 'lab-registry'
const issuer = 'lab-token-server'

/** Debian's docker-registry behind TLS, and a token server of the lab's. */
export const group: GroupDefinition<'secure-registry'> = {
  name: 'secure-registry',
  requires: [],
  systemPackages: [{ package: 'docker-registry', file: 'docker-registry' }],
  parts: [],
  start: startSecureRegistry,
}

async function startSecureRegistry(
  context: GroupContext,
): Promise<Contribution<'secure-registry'>> {
  const [port, registryPort] = [await context.freePort(), await context.freePort()]
  const host = `127.0.0.1:${port}`
  const details: SecureRegistryDetails = {
    host,
    username: 'lab-user',
    password: newPassword(),
    reader: { username: 'lab-reader', password: newPassword() },
    caFile: context.authority.certificateFile,
    tokenUrl: `https://${host}/token`,
    ports: [port],
  }
  await startFront(context, details, port, registryPort)
  const configuration = await writeConfiguration(context.directory, {
    http: { addr: `127.0.0.1:${registryPort}`, host: `https://${host}` },
    auth: { token: { realm: details.tokenUrl, service, issuer, rootcertbundle: details.caFile } },
  })
  context.spawn('secure-registry', 'docker-registry', ['serve', configuration])
  for (const one of [port, registryPort]) {
    await context.waitFor('the secure registry to listen', async () => isListening(one), 20)
  }
  return { details, versions: { 'docker-registry': await registryVersion(context) } }
}

function newPassword(): string {
  return randomBytes(18).toString('base64url')
}

/** TLS and tokens are one process before the registry. */
async function startFront(
  context: GroupContext,
  details: SecureRegistryDetails,
  port: number,
  registryPort: number,
): Promise<void> {
  const keyPair = await context.authority.issue('secure-registry', {
    commonName: service,
    hosts: ['127.0.0.1', 'localhost'],
  })
  const certificate = await readFile(keyPair.certificateFile, 'utf8')
  const key = await readFile(keyPair.keyFile, 'utf8')
  const settings: SecureRegistryFile = {
    service,
    issuer,
    port,
    registryPort,
    lifetimeSeconds: 300,
    users: usersOf(details),
    certificate,
    key,
    tlsCertificate: certificate,
    tlsKey: key,
  }
  const file = join(context.directory, 'front.json')
  await writeFile(file, JSON.stringify(settings), { mode: 0o600 })
  const program = join(import.meta.dirname, '../secure-registry/serve.ts')
  context.spawn('secure-registry-front', process.execPath, [program, file])
}

function usersOf(details: SecureRegistryDetails): readonly RegistryUser[] {
  const { username, password, reader } = details
  return [
    { name: username, password, actions: ['pull', 'push', 'delete', '*'] },
    { name: reader.username, password: reader.password, actions: ['pull'] },
  ]
}
