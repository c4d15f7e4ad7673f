import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { OpenService } from './fake-oci.ts'
import { signJwt } from './jwt.ts'

/** GitHub's OIDC token service, for one job. */
export interface FakeGithubOidc {
  /** What others verify its tokens with. */
  readonly publicKey: KeyObject
  readonly service: OpenService
  /** The variables that the runner gives to a job with `id-token: write`. */
  environment(url: string): Readonly<Record<string, string>>
}

/** What its tokens say, beside the audience. */
export interface FakeGithubClaims {
  readonly sub: string
  readonly now: () => Date
  readonly claims?: Readonly<Record<string, unknown>>
}

const issuer = 'https://token.actions.githubusercontent.com'
const requestToken = 'the-runners-own-token'

/** Makes GitHub's token service for a workflow. */
export function fakeGithubOidc({ sub, now, claims = {} }: FakeGithubClaims): FakeGithubOidc {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    publicKey,
    environment: (url) => ({
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/github/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    }),
    service({ method, target, headers }) {
      const url = new URL(target, 'http://fake')
      if (method !== 'GET' || url.pathname !== '/github/token') return undefined
      if (headers.authorization !== `Bearer ${requestToken}`) return { status: 401 }
      const seconds = Math.floor(now().getTime() / 1000)
      const aud = url.searchParams.get('audience') ?? 'https://github.com/acme'
      const times = { iat: seconds, nbf: seconds - 10, exp: seconds + 300 }
      return {
        status: 200,
        body: { value: signJwt({ iss: issuer, sub, aud, ...times, ...claims }, privateKey) },
      }
    },
  }
}
