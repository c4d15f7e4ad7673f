import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Contribution, GroupContext, GroupDefinition, KeyPair } from '../group.ts'
import { isListening } from '../http-probe.ts'
import type { TokenServerFile } from '../secure-registry/serve-tokens.ts'
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

async function startSecureRegistry(context: GroupContext): Promise<Contribution<'secure-registry'>> {
  const [port, tokenPort] = [await context.freePort(), await context.freePort()]
  const keyPair = await context.authority.issue('secure-registry', {
    commonName: service,
    hosts: ['127.0.0.1', 'localhost'],
  })
  const details: SecureRegistryDetails = {
    host: `127.0.0.1:${port}`,
    username: 'lab-user',
    password: newPassword(),
    reader: { username: 'lab-reader', password: newPassword() },
    caFile: context.authority.certificateFile,
    tokenUrl: `https://127.0.0.1:${tokenPort}/token`,
    ports: [port, tokenPort],
  }
  await Promise.all([
    startTokenServer(context, details, tokenPort, keyPair),
    startRegistry(context, details, keyPair),
  ])
  await Promise.all(
    details.ports.map(async (one) =>
      context.waitFor(`port ${one} of the secure registry`, async () => isListening(one), 20),
    ),
  )
  return { details, versions: { 'docker-registry': await registryVersion(context) } }
}

function newPassword(): string {
  return randomBytes(18).toString('base64url')
}

async function startTokenServer(
  context: GroupContext,
  details: SecureRegistryDetails,
  port: number,
  keyPair: KeyPair,
): Promise<void> {
  const [certificate, key] = await Promise.all([
    readFile(keyPair.certificateFile, 'utf8'),
    readFile(keyPair.keyFile, 'utf8'),
  ])
  const { username, password, reader } = details
  const settings: TokenServerFile = {
    service,
    issuer,
    port,
    lifetimeSeconds: 300,
    users: [
      { name: username, password, actions: ['pull', 'push', 'delete', '*'] },
      { name: reader.username, password: reader.password, actions: ['pull'] },
    ],
    certificate,
    key,
    tlsCertificate: certificate,
    tlsKey: key,
  }
  const file = join(context.directory, 'token-server.json')
  await writeFile(file, JSON.stringify(settings), { mode: 0o600 })
  const program = join(import.meta.dirname, '../secure-registry/serve-tokens.ts')
  context.spawn('token-server', process.execPath, [program, file])
}

async function startRegistry(
  context: GroupContext,
  details: SecureRegistryDetails,
  keyPair: KeyPair,
): Promise<void> {
  const configuration = await writeConfiguration(context.directory, {
    http: {
      addr: details.host,
      tls: { certificate: keyPair.certificateFile, key: keyPair.keyFile },
    },
    auth: { token: { realm: details.tokenUrl, service, issuer, rootcertbundle: details.caFile } },
  })
  context.spawn('secure-registry', 'docker-registry', ['serve', configuration])
}
