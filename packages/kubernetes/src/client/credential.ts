import type { RequestOptions } from 'node:https'
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js'
import { ConfigurationError, ServiceError, messageOf, systemCodeOf } from '@oke-pipeline/core'
import { isJsonObject, objectsOf } from '../json.ts'
import type { ClusterAccess, ClusterLogin } from './access.ts'
import type { KubeconfigAccess } from './kubeconfig.ts'

/** How a request shows who makes it. */
export interface Credential {
  readonly authorization?: string
  /** PEM. */
  readonly certificate?: string
  /** PEM. */
  readonly key?: string
}

/** Where the credential of each request comes from. */
export interface CredentialSource {
  /** The one for the next request; a plugin is run again once its credential has expired. */
  current(): Promise<Credential>
  /** Gives up a credential that the server has refused. Returns whether another one can be had. */
  discard(refused: Credential): boolean
}

/**
 * Sends a request with a credential. One may end while a job waits: one that is refused (401), so
 * that nothing was done, is replaced once where another can be had.
 */
export async function sendWith<Answer extends { readonly status: number }>(
  source: CredentialSource,
  send: (credential: Credential) => Promise<Answer>,
): Promise<Answer> {
  const first = await source.current()
  const answer = await send(first)
  if (answer.status !== 401 || !source.discard(first)) return answer
  return send(await source.current())
}

/**
 * Where the credentials of a cluster come from: a login, or a kubeconfig user itself, or a plugin
 * that it names. What a plugin hands out is masked before it is used.
 * @throws {@link ConfigurationError} when the user has credentials of a kind that is not supported.
 */
export function credentialSource(
  access: ClusterAccess,
  mask: (secret: string) => void,
): CredentialSource {
  if ('login' in access) return loginSource(access.login)
  const { user } = access
  if (isJsonObject(user.exec)) return pluginSource(access, user.exec, mask)
  if (isJsonObject(user.authProvider)) throw unsupportedProvider(access)
  const credential = staticCredential(access)
  return { current: () => Promise.resolve(credential), discard: () => false }
}

const scheme = 'Bearer '

function loginSource(login: ClusterLogin): CredentialSource {
  return {
    current: async () => ({ authorization: `${scheme}${await login.token()}` }),
    discard({ authorization = '' }) {
      login.discard(authorization.slice(scheme.length))
      return true
    },
  }
}

function staticCredential({ user }: KubeconfigAccess): Credential {
  const basic = `${user.username ?? ''}:${user.password ?? ''}`
  const authorization =
    user.token !== undefined
      ? `${scheme}${user.token.trim()}`
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
  access: KubeconfigAccess,
  exec: Readonly<Record<string, unknown>>,
  mask: (secret: string) => void,
): CredentialSource {
  // It keeps what the plugin gave until that expires, or until another one takes its place.
  let plugin = new ExecAuth()
  let latest: Credential | undefined
  const user = { ...access.user, exec: withExecInfo(access, exec) }
  return {
    async current() {
      const options: RequestOptions = {}
      try {
        await plugin.applyAuthentication(user, options)
      } catch (error) {
        throw pluginFailure(access, String(exec.command), error)
      }
      latest = maskedCredential(options, mask)
      return latest
    },
    discard(refused) {
      // Requests run side by side: another one may have run the plugin again already.
      if (isSame(refused, latest)) plugin = new ExecAuth()
      return true
    },
  }
}

function isSame(one: Credential, other: Credential | undefined): boolean {
  return one.authorization === other?.authorization && one.certificate === other?.certificate
}

/** Plugins of `client.authentication.k8s.io/v1` expect to be told which version they answer. */
function withExecInfo(
  { cluster }: KubeconfigAccess,
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

function pluginFailure(access: KubeconfigAccess, command: string, error: unknown): Error {
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

function unsupportedProvider({ user }: KubeconfigAccess): ConfigurationError {
  return new ConfigurationError({
    title: `The kubeconfig user "${user.name}" cannot be used`,
    explanation: 'It has an "auth-provider", which Kubernetes has removed in version 1.26.',
    remedy: 'Give a kubeconfig with a token, a client certificate or an "exec" plugin.',
  })
}
