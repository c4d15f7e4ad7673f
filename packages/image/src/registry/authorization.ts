import { ServiceError, isLoopback, messageOf, readBounded } from '@oke-pipeline/core'
import type { HttpResponse } from '@oke-pipeline/core'
import * as v from 'valibot'
import { parseDocument } from '../json-document.ts'
import { parseChallenges } from './challenge.ts'
import type { Credentials, RegistryPorts } from './ports.ts'
import { reachOf } from './private-host.ts'
import type { Resolve } from './private-host.ts'
import { refusal } from './problems.ts'
import type { Attempt } from './problems.ts'

/** The Authorization header of requests to one repository, as the registry asks for it. */
export interface Authorization {
  /** The header's value; absent as long as the registry has not asked for one. */
  value(): Promise<string | undefined>
  /**
   * Looks at an answer of 401: takes its challenge, and forgets the value that was refused.
   * Returns whether asking again may help.
   */
  renew(response: HttpResponse, refused: string | undefined): boolean
}

/** Whom to ask for what. */
export interface Access {
  readonly registry: string
  readonly repository: string
  readonly actions: 'pull' | 'pull,push'
  readonly credentials: Credentials | undefined
  /** Hosts, with their ports where these are given, that may be near though the registry is not. */
  readonly loginHosts?: readonly string[] | undefined
  /** Other repositories that are read. */
  readonly readable?: readonly string[] | undefined
}

type Way = { readonly scheme: 'basic' } | { readonly scheme: 'bearer'; readonly url: URL }

/**
 * Authorization as registries do it: Basic, or a token from the service that the challenge names
 * (https://distribution.github.io/distribution/spec/auth/token/).
 */
export function authorization(access: Access, ports: RegistryPorts): Authorization {
  let way: Way | undefined
  let current: Promise<string | undefined> | undefined
  let currentValue: string | undefined
  return { value, renew }

  async function value(): Promise<string | undefined> {
    current ??= fresh()
    try {
      currentValue = await current
      return currentValue
    } catch (error) {
      current = undefined
      throw error
    }
  }

  async function fresh(): Promise<string | undefined> {
    if (way === undefined) return undefined
    if (way.scheme === 'bearer') {
      await assertNotNear(way.url, access, ports.resolve)
      return `Bearer ${await fetchToken(way.url, access, ports)}`
    }
    return access.credentials === undefined ? undefined : basic(access.credentials)
  }

  function renew(response: HttpResponse, refused: string | undefined): boolean {
    const asked = wayOf(response, access)
    if (asked === undefined) return false
    // Requests run side by side: another one may have renewed it already.
    if (refused !== currentValue) return true
    const isNews = asked.scheme !== way?.scheme || asked.scheme === 'bearer'
    way = asked
    current = undefined
    currentValue = undefined
    return isNews
  }
}

function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function wayOf(response: HttpResponse, access: Access): Way | undefined {
  const challenges = parseChallenges(response.headers.get('www-authenticate') ?? '')
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  if (bearer?.parameters.realm !== undefined) {
    const url = tokenUrl(bearer.parameters.realm, bearer.parameters.service, access)
    return { scheme: 'bearer', url }
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : undefined
}

function tokenUrl(realm: string, service: string | undefined, access: Access): URL {
  const url = safeRealm(realm, access.registry)
  if (service !== undefined) url.searchParams.set('service', service)
  url.searchParams.set('scope', `repository:${access.repository}:${access.actions}`)
  for (const other of access.readable ?? []) {
    url.searchParams.append('scope', `repository:${other}:pull`)
  }
  return url
}

/** The password goes to the realm: in the clear only where it does not leave this machine. */
function safeRealm(realm: string, registry: string): URL {
  const url = URL.parse(realm)
  const isLocal = url !== null && isLoopback(url.host) && isLoopback(registry)
  if (url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) {
    return url
  }
  throw new ServiceError({
    service: `registry ${registry}`,
    title: `Registry "${registry}" names no safe place to log in`,
    explanation: `It asks to send the credentials to "${realm}", which is not an https address.`,
    remedy: 'Check the host name of the registry, and its configuration.',
  })
}

/**
 * A registry on the internet must not make this runner send anything to the runner's own services,
 * to the metadata of its cloud, or into its network.
 */
async function assertNotNear(
  url: URL,
  { registry, loginHosts = [] }: Access,
  resolve: Resolve | undefined,
): Promise<void> {
  const own = new URL(`https://${registry}`)
  if (url.hostname === own.hostname || loginHosts.includes(url.host)) return
  const reach = await reachOf(url.hostname, resolve)
  if (reach === 'public') return
  const from = await reachOf(own.hostname, resolve)
  if (reach === from || (from === 'loopback' && reach === 'private')) return
  throw new ServiceError({
    service: `registry ${registry}`,
    title: `Registry "${registry}" names a login service that is not on its side`,
    explanation: `It asks to log in at "${url.origin}${url.pathname}", which is a ${reach} address, and the registry itself is ${from === 'public' ? 'not' : `a ${from} one`}.`,
    remedy: 'Check the host name of the registry, and its configuration.',
  })
}

const tokenSchema = v.object({
  token: v.optional(v.string()),
  access_token: v.optional(v.string()),
})

const longestTokenBytes = 1024 * 1024

async function fetchToken(url: URL, access: Access, ports: RegistryPorts): Promise<string> {
  const { registry, repository, credentials } = access
  const response = await ports.http.request({
    method: 'GET',
    url,
    service: `token service of registry ${registry}`,
    ...(credentials === undefined ? {} : { headers: { authorization: basic(credentials) } }),
  })
  if (response.status !== 200) {
    const attempt: Attempt = {
      registry,
      repository,
      username: credentials?.username,
      doing: `Logging in at ${url.origin}${url.pathname}`,
    }
    throw await refusal(attempt, response)
  }
  const token = await tokenIn(response, registry)
  ports.mask(token)
  return token
}

async function tokenIn(response: HttpResponse, registry: string): Promise<string> {
  try {
    const bytes = await readBounded(response, longestTokenBytes)
    const { token, access_token: accessToken } = parseDocument(tokenSchema, bytes)
    const found = token ?? accessToken
    if (found === undefined || found === '')
      throw new Error('it has neither token nor access_token')
    return found
  } catch (error) {
    throw new ServiceError({
      service: `registry ${registry}`,
      title: `Registry "${registry}" gave no token`,
      explanation: `The answer of its token service cannot be used: ${messageOf(error)}.`,
      remedy: 'Run this job again; if it stays, look at the status of the registry.',
      isRetryable: true,
      cause: error,
    })
  }
}
