import { generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findRegion, fingerprintOf, fixedSession, parseOcid } from '@oke-pipeline/oci'
import type { Session } from '@oke-pipeline/oci'
import { fakeIdentity } from '@oke-pipeline/testing'
import type { FakeIdentity } from '@oke-pipeline/testing'

const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
const lifetimeSeconds = 3600

/** The cluster that tokens are for, and as whom it would know the caller. */
export const cluster = parseOcid('ocid1.cluster.oc1.iad.aaaacluster', 'cluster')
export const region = findRegion('us-ashburn-1')
export const user = 'ocid1.user.oc1..aaaadeployer'

/** An API key and a session of the same user: for OCI CLI, for oci-auth, and in this process. */
export interface Sessions {
  readonly identity: FakeIdentity
  readonly apiKey: Session
  readonly token: Session
  /** A configuration with the profiles APIKEY and SESSION. */
  readonly configFile: string
  /** What oci-auth's credential plugin reads. */
  readonly clusterFile: string
}

/** Writes key, token and configuration into a folder. */
export async function writeSessions(folder: string): Promise<Sessions> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const identity = fakeIdentity()
  const keyId = identity.addApiKey(tenancy, user, publicKey)
  const session = { tenancy, principal: user, publicKey, now: new Date(), lifetimeSeconds }
  const token = identity.issue(session)
  await mkdir(folder, { recursive: true })
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, text, { mode: 0o600 })
    return path
  }
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const keyFile = await write('key.pem', pem)
  const tokenFile = await write('token', token)
  const common = [
    `region=${region.id}`,
    `tenancy=${tenancy}`,
    `user=${user}`,
    `fingerprint=${fingerprintOf(privateKey)}`,
    `key_file=${keyFile}`,
  ]
  const profiles = ['[APIKEY]', ...common, '[SESSION]', ...common]
  return {
    identity,
    apiKey: fixedSession({ description: 'an API key' }, { keyId, privateKey }),
    token: fixedSession({ description: 'a session' }, { keyId: `ST$${token}`, privateKey }),
    configFile: await write(
      'config',
      [...profiles, `security_token_file=${tokenFile}`, ''].join('\n'),
    ),
    clusterFile: await write('cluster.json', JSON.stringify({ cluster, region })),
  }
}
