import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import type { NamedPullSecret } from '../manifest/put-pull-secret.ts'
import { referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/**
 * A Secret that pods of a namespace pull their images with. It belongs to the namespace rather than
 * to a release: it is in no record and no plan, is not pruned, and stays when a release is rolled
 * back, since the pods of the one before pull with it as well.
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

/**
 * Finds out whether a pull secret can be written, without writing it: what is wrong, in words that
 * follow its name. One that somebody else made, or that is for another registry, is left alone.
 */
export async function pullSecretProblem(
  cluster: Cluster,
  secret: PullSecret,
): Promise<string | undefined> {
  const object = objectOf(secret, { username: '', password: '' })
  try {
    const live = await cluster.get(referenceOf(object))
    const held = live === undefined ? secret.registry : registryOf(live)
    if (held === undefined) {
      return 'is the name of a Secret that deploy-oke has not made, and whose logins would be lost: give another name, or delete it'
    }
    if (held !== secret.registry) {
      return `is the pull secret for "${held}", and the image is of "${secret.registry}": give another name`
    }
    await cluster.apply(object, { isForced: true, isDryRun: true })
    return undefined
  } catch (error) {
    if (!hasStatus(error, 403, 422)) throw error
    return `cannot be written: ${error.message.replace(/\.$/, '')}`
  }
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
