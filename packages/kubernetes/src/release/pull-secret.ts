import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import type { NamedPullSecret } from '../manifest/put-pull-secret.ts'
import { referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/**
 * A Secret that pods of a namespace pull their images with. It belongs to the namespace rather than
 * to a release: it is in no record, is not pruned, and stays when a release is rolled back, since
 * the pods of the one before pull with it as well.
 */
export interface PullSecret extends NamedPullSecret {
  readonly namespace: string
}

/** A login to a registry. */
export interface RegistryCredentials {
  readonly username: string
  readonly password: string
}

const type = 'kubernetes.io/dockerconfigjson'

/** The annotation by which a pull secret says that it is ours, and which registry it is for. */
const registryAnnotation = 'oke-pipeline.dev/pull-secret'

/** What was found out about a pull secret that is to be written. */
export interface PullSecretFinding {
  readonly isThere: boolean
  /** Why it cannot be written, in words that follow its name; undefined where it can be. */
  readonly problem: string | undefined
}

/**
 * Finds out whether a pull secret is there and can be written, without writing it. One that somebody
 * else made, or that is for another registry, is left alone.
 */
export async function findPullSecret(
  cluster: Cluster,
  secret: PullSecret,
): Promise<PullSecretFinding> {
  const object = objectOf(secret, { username: '', password: '' })
  try {
    const live = await cluster.get(referenceOf(object))
    const problem = live === undefined ? undefined : problemOfOwner(live, secret)
    if (problem === undefined) await cluster.apply(object, { isForced: true, isDryRun: true })
    return { isThere: live !== undefined, problem }
  } catch (error) {
    if (!hasStatus(error, 403, 422)) throw error
    return { isThere: false, problem: `cannot be written: ${error.message.replace(/\.$/, '')}` }
  }
}

function problemOfOwner(live: KubernetesObject, { registry }: PullSecret): string | undefined {
  const held = registryOf(live)
  if (held === registry) return undefined
  return held === undefined
    ? 'is the name of a Secret that deploy-oke has not made, and whose logins would be lost: give another name, or delete it'
    : `is the pull secret for "${held}", and the image is of "${registry}": give another name`
}

function registryOf({ metadata }: KubernetesObject): string | undefined {
  return metadata.annotations?.[registryAnnotation]
}

/** Writes a pull secret, over the credentials that it had. */
export async function writePullSecret(
  cluster: Cluster,
  secret: PullSecret,
  credentials: RegistryCredentials,
): Promise<void> {
  await cluster.apply(objectOf(secret, credentials), { isForced: true })
}

/** As `kubectl create secret docker-registry` makes it. */
function objectOf(
  { name, namespace, registry }: PullSecret,
  { username, password }: RegistryCredentials,
): KubernetesObject {
  const auth = base64(`${username}:${password}`)
  const logins = { auths: { [registry]: { username, password, auth } } }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type,
    metadata: { name, namespace, annotations: { [registryAnnotation]: registry } },
    data: { '.dockerconfigjson': base64(JSON.stringify(logins)) },
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
