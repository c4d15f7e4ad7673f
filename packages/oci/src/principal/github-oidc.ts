import { githubToken } from './github-token.ts'
import type { PrincipalPorts } from './ports.ts'
import { renewingSession } from './renewing-session.ts'
import type { Session } from './session.ts'
import { shownClaim } from './token-claims.ts'
import { exchangeToken } from './token-exchange.ts'
import type { ExchangeSettings } from './token-exchange.ts'
import { checkTrust } from './trust.ts'
import type { Trust } from './trust.ts'

/** The issuer of tokens on github.com. */
export const githubIssuer = 'https://token.actions.githubusercontent.com'

/** How a workflow becomes an identity of OCI. */
export interface GithubOidcSettings extends ExchangeSettings {
  readonly trust: Trust
}

/** A session for the workflow that runs, by workload identity federation: no key is stored. */
export async function githubOidcSession(
  settings: GithubOidcSettings,
  ports: PrincipalPorts,
): Promise<Session> {
  let subject = ''
  return renewingSession(
    {
      describe: (granted) =>
        `the workflow ${shownClaim(subject)}, exchanged for ${shownClaim(granted.subject ?? 'a session')}`,
      async grant() {
        const token = await githubToken(settings.trust.audience, ports)
        subject = checkTrust(token, settings.trust, ports.clock.now()).sub
        return exchangeToken({ token, subject }, settings, ports)
      },
    },
    ports.clock,
  )
}
