import { createPrivateKey, randomUUID, sign, timingSafeEqual, X509Certificate } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** Who may do what with every repository of the registry. */
export interface RegistryUser {
  readonly name: string
  readonly password: string
  readonly actions: readonly string[]
}

/** What a token server needs to know. */
export interface TokenServerSettings {
  /** Name of the registry that its tokens are for. */
  readonly service: string
  readonly issuer: string
  readonly lifetimeSeconds: number
  readonly users: readonly RegistryUser[]
  /** PEM; the registry trusts the authority that signed it. */
  readonly certificate: string
  readonly key: string
}

interface Access {
  readonly type: string
  readonly name: string
  readonly actions: readonly string[]
}

/** Answers token requests as the distribution project's token authentication specifies them. */
export function createTokenHandler(settings: TokenServerSettings): RequestListener {
  return (request, response) => {
    if (request.method !== 'GET') {
      // Clients that try OAuth 2 first take this for "not offered" and come back with GET.
      answer(response, 404, {
        errors: [{ code: 'UNSUPPORTED', message: 'Ask for a token with GET.' }],
      })
      return
    }
    const user = authenticate(request, settings.users)
    if (user === undefined) {
      answer(response, 401, {
        errors: [{ code: 'UNAUTHORIZED', message: 'Wrong user name or password.' }],
      })
      return
    }
    answer(response, 200, grant(settings, user, new URL(request.url ?? '/', 'https://localhost')))
  }
}

function authenticate(
  request: IncomingMessage,
  users: readonly RegistryUser[],
): RegistryUser | undefined {
  const [scheme, encoded = ''] = (request.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic') return undefined
  const given = Buffer.from(encoded, 'base64')
  return users.find((user) => {
    const expected = Buffer.from(`${user.name}:${user.password}`)
    return expected.length === given.length && timingSafeEqual(expected, given)
  })
}

function grant(
  settings: TokenServerSettings,
  user: RegistryUser,
  url: URL,
): Readonly<Record<string, unknown>> {
  const issuedAt = Math.floor(Date.now() / 1000)
  const scopes = url.searchParams.getAll('scope').flatMap((scopeList) => scopeList.split(' '))
  const token = signToken(settings, {
    iss: settings.issuer,
    sub: user.name,
    aud: settings.service,
    iat: issuedAt,
    // Clocks of two machines differ a little.
    nbf: issuedAt - 10,
    exp: issuedAt + settings.lifetimeSeconds,
    jti: randomUUID(),
    access: scopes.flatMap((scope) => allowed(user, scope)),
  })
  return {
    token,
    access_token: token,
    expires_in: settings.lifetimeSeconds,
    issued_at: new Date(issuedAt * 1000).toISOString(),
  }
}

/** What of a scope such as `repository:shop/api:pull,push` the user may have; a name may itself hold colons. */
function allowed(user: RegistryUser, scope: string): readonly Access[] {
  const match = /^(repository|registry):(.+):([a-z*,]+)$/.exec(scope)
  const [, type, name, wanted] = match ?? []
  if (type === undefined || name === undefined || wanted === undefined) return []
  const actions = wanted.split(',').filter((action) => user.actions.includes(action))
  return [{ type, name, actions }]
}

function signToken(
  settings: TokenServerSettings,
  claims: Readonly<Record<string, unknown>>,
): string {
  const certificate = new X509Certificate(settings.certificate).raw.toString('base64')
  const header = { typ: 'JWT', alg: 'ES256', x5c: [certificate] }
  const content = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const key = createPrivateKey(settings.key)
  const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' })
  return `${content}.${signature.toString('base64url')}`
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}
