import type { RequestOptions } from 'node:https'
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js'
import { ConfigurationError, ServiceError, messageOf, systemCodeOf } from '@oke-pipeline/core'
import { isJsonObject, objectsOf } from '../json.ts'
import type { ClusterAccess } from './kubeconfig.ts'

/** How a request shows who makes it. */
export interface Credential {
  readonly authorization?: string
  /** PEM. */
  readonly certificate?: string
  /** PEM. */
  readonly key?: string
}

/** The credential for the next request; a plugin is run again once its credential has expired. */
export type CredentialSource = () => Promise<Credential>

/**
 * Where the credentials of a kubeconfig user come from: itself, or a plugin that it names.
 * What a plugin hands out is masked before it is used.
 * @throws {@link ConfigurationError} when the user has credentials of a kind that is not supported.
 */
export function credentialSource(
  access: ClusterAccess,
  mask: (secret: string) => void,
): CredentialSource {
  const { user } = access
  if (isJsonObject(user.exec)) return pluginSource(access, user.exec, mask)
  if (isJsonObject(user.authProvider)) throw unsupportedProvider(access)
  const credential = staticCredential(access)
  return () => Promise.resolve(credential)
}

function staticCredential({ user }: ClusterAccess): Credential {
  const basic = `${user.username ?? ''}:${user.password ?? ''}`
  const authorization =
    user.token !== undefined
      ? `Bearer ${user.token.trim()}`
      : user.username
        ? `Basic ${Buffer.from(basic).toString('base64')}`
        : undefined
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(user.certData ? { certificate: fromBase64(user.certData) } : {}),
    ...(user.keyData ? { key: fromBase64(user.keyData) } : {}),
  }
}

/** The text of a field that kubeconfig keeps in base64. */
export function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8')
}

function pluginSource(
  access: ClusterAccess,
  exec: Readonly<Record<string, unknown>>,
  mask: (secret: string) => void,
): CredentialSource {
  const plugin = new ExecAuth()
  const user = { ...access.user, exec: withExecInfo(access, exec) }
  return async () => {
    const options: RequestOptions = {}
    try {
      await plugin.applyAuthentication(user, options)
    } catch (error) {
      throw pluginFailure(access, String(exec.command), error)
    }
    return maskedCredential(options, mask)
  }
}

/** Plugins of `client.authentication.k8s.io/v1` expect to be told which version they answer. */
function withExecInfo(
  { cluster }: ClusterAccess,
  exec: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, cluster: { server: cluster.server } },
  }
  const variables = Array.isArray(exec.env) ? objectsOf(exec.env) : []
  return {
    ...exec,
    env: [...variables, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }],
  }
}

function maskedCredential(options: RequestOptions, mask: (secret: string) => void): Credential {
  const headers = options.headers
  const header = isJsonObject(headers) ? headers.Authorization : undefined
  const credential: Credential = {
    ...(typeof header === 'string' ? { authorization: header } : {}),
    ...(typeof options.cert === 'string' ? { certificate: options.cert } : {}),
    ...(typeof options.key === 'string' ? { key: options.key } : {}),
  }
  if (credential.authorization !== undefined) mask(credential.authorization.replace(/^\S+ /, ''))
  if (credential.key !== undefined) mask(credential.key)
  return credential
}

function pluginFailure(access: ClusterAccess, command: string, error: unknown): Error {
  const title = `Credential plugin "${command}" of the kubeconfig user "${access.user.name}" failed`
  if (systemCodeOf(error) === 'ENOENT') {
    return new ConfigurationError({
      title,
      explanation: 'The program is not there on this runner.',
      remedy: `Install "${command}" in an earlier step, or give a kubeconfig with a token.`,
      cause: error,
    })
  }
  return new ServiceError({
    service: command,
    title,
    explanation: `It said: ${messageOf(error).trim() || 'nothing'}.`,
    remedy: 'Check that it works in an earlier step of this job.',
    cause: error,
  })
}

function unsupportedProvider({ user }: ClusterAccess): ConfigurationError {
  return new ConfigurationError({
    title: `The kubeconfig user "${user.name}" cannot be used`,
    explanation: 'It has an "auth-provider", which Kubernetes has removed in version 1.26.',
    remedy: 'Give a kubeconfig with a token, a client certificate or an "exec" plugin.',
  })
}
