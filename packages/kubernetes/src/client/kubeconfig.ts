import { newClusters, newContexts, newUsers } from '@kubernetes/client-node/dist/config_types.js'
import type { Cluster, Context, User } from '@kubernetes/client-node/dist/config_types.js'
import { UnacceptableValue, messageOf } from '@oke-pipeline/core'
import { parse } from 'yaml'
import { fieldOf, isJsonObject, objectsOf } from '../json.ts'
import type { JsonObject } from '../json.ts'

// The two modules of the client library that parse a kubeconfig and run credential plugins are
// imported by path: its `KubeConfig` class alone pulls in every generated API, which makes a
// bundle of 4.7 MB and costs 160 ms at each start.

/** The contents of a kubeconfig. */
export interface Kubeconfig {
  readonly clusters: readonly Cluster[]
  readonly users: readonly User[]
  readonly contexts: readonly Context[]
  readonly currentContext: string | undefined
}

/** A cluster and the user that one context of a kubeconfig joins. */
export interface KubeconfigAccess {
  readonly context: string
  readonly cluster: Cluster
  readonly user: User
}

const flattened = 'give a self-contained one, as "kubectl config view --raw --flatten" writes it'

/**
 * Reads a kubeconfig given as YAML text, or as base64 of it.
 * @throws {@link UnacceptableValue} when it is not one, or when it points to files.
 */
export function parseKubeconfig(text: string): Kubeconfig {
  const content = contentOf(text)
  try {
    const kubeconfig = {
      clusters: newClusters(content.clusters),
      users: newUsers(content.users),
      contexts: newContexts(content.contexts),
      currentContext:
        typeof content['current-context'] === 'string' && content['current-context'] !== ''
          ? content['current-context']
          : undefined,
    }
    rejectFiles(content, kubeconfig)
    return kubeconfig
  } catch (error) {
    throw new UnacceptableValue(messageOf(error), { cause: error })
  }
}

/** The text of a kubeconfig, whether it was given plain or in base64. */
export function plainTextOf(text: string): string {
  const compact = text.replaceAll(/\s/g, '')
  const isBase64 = compact.length >= 16 && /^[A-Za-z0-9+/]+={0,2}$/.test(compact)
  return isBase64 ? Buffer.from(compact, 'base64').toString('utf8') : text
}

function contentOf(text: string): JsonObject {
  const content = parsedOrUndefined(plainTextOf(text))
  // What the parser says of broken YAML quotes the text, and the text is a secret.
  if (content === undefined) throw new UnacceptableValue('it is not YAML, nor base64 of YAML')
  if (!isJsonObject(content) || !Array.isArray(content.clusters)) {
    throw new UnacceptableValue('it has no list of clusters, so it is not a kubeconfig')
  }
  return content
}

function parsedOrUndefined(text: string): unknown {
  try {
    return parse(text, { logLevel: 'error' }) as unknown
  } catch {
    return undefined
  }
}

function rejectFiles(content: JsonObject, kubeconfig: Kubeconfig): void {
  for (const cluster of kubeconfig.clusters) {
    if (cluster.caFile !== undefined)
      throw new UnacceptableValue(fileRefusal('certificate-authority'))
  }
  for (const user of kubeconfig.users) {
    if (typeof user.certFile === 'string')
      throw new UnacceptableValue(fileRefusal('client-certificate'))
    if (typeof user.keyFile === 'string') throw new UnacceptableValue(fileRefusal('client-key'))
  }
  if (objectsOf(content.users).some((user) => fieldOf(user, 'user', 'tokenFile') !== undefined)) {
    throw new UnacceptableValue(fileRefusal('tokenFile'))
  }
}

function fileRefusal(field: string): string {
  return `its "${field}" names a file, which is not there on the runner: ${flattened}`
}

/**
 * The cluster and user of a context; of the current one where none is named.
 * @throws {@link UnacceptableValue} when the kubeconfig does not say.
 */
export function accessOf(kubeconfig: Kubeconfig, contextName?: string): KubeconfigAccess {
  const known = kubeconfig.contexts.map(({ name }) => JSON.stringify(name)).join(', ')
  const name = contextName ?? kubeconfig.currentContext
  if (name === undefined) {
    throw new UnacceptableValue(`it has no current-context; choose one by "context": ${known}`)
  }
  const context = kubeconfig.contexts.find((candidate) => candidate.name === name)
  if (context === undefined) {
    throw new UnacceptableValue(`it has no context "${name}"; it has ${known || 'none'}`)
  }
  const cluster = kubeconfig.clusters.find((candidate) => candidate.name === context.cluster)
  if (cluster === undefined) {
    throw new UnacceptableValue(`its context "${name}" names a cluster that it does not have`)
  }
  if (!URL.canParse(cluster.server)) {
    throw new UnacceptableValue(`the server of its cluster "${cluster.name}" is not a URL`)
  }
  const user = kubeconfig.users.find((candidate) => candidate.name === context.user)
  if (user === undefined) {
    throw new UnacceptableValue(`its context "${name}" names a user that it does not have`)
  }
  return { context: name, cluster, user }
}
