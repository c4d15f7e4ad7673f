import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConfigurationError } from '@oke-pipeline/core'
import type { Clock } from '@oke-pipeline/core'
import {
  clusterToken,
  endpointOverrides,
  fixedSession,
  parseOcid,
  readPrivateKey,
  tokenExpiry,
} from '@oke-pipeline/oci'
import * as v from 'valibot'
import { sessionFiles } from './tool-configuration.ts'

const clusterFileSchema = v.object({
  cluster: v.string(),
  region: v.object({
    id: v.string(),
    key: v.optional(v.string()),
    realm: v.string(),
    domain: v.string(),
  }),
})

/**
 * A token for the cluster of a file, made from the session beside it: what kubectl asks its
 * credential plugins for (client.authentication.k8s.io/v1).
 * @throws ConfigurationError when the session has ended.
 */
export async function clusterCredential(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<string> {
  const folder = dirname(path)
  const [text, token, pem] = await Promise.all([
    readFile(path, 'utf8'),
    readFile(join(folder, sessionFiles.token), 'utf8'),
    readFile(join(folder, sessionFiles.key), 'utf8'),
  ])
  const { cluster, region } = v.parse(clusterFileSchema, JSON.parse(text))
  const expiresAt = tokenExpiry(token)
  if (expiresAt <= clock.now()) throw ended(expiresAt)
  const key = { keyId: `ST$${token}`, privateKey: readPrivateKey(pem) }
  const credential = await clusterToken(
    {
      session: fixedSession({ description: 'the session of this job' }, key),
      region: { ...region, key: region.key },
      overrides: endpointOverrides(environment),
    },
    parseOcid(cluster, 'cluster'),
    clock,
  )
  return JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: {
      token: credential.token,
      expirationTimestamp: credential.expiresAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    },
  })
}

function ended(expiresAt: Date): ConfigurationError {
  return new ConfigurationError({
    title: 'The OCI session of this job has ended',
    explanation: `It was good until ${expiresAt.toISOString()}.`,
    remedy: 'Use oci-auth again before the step that needs it.',
  })
}
