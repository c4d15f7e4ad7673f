import { ConfigurationError, messageOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import { ociClient } from '../client/oci-client.ts'
import type { OciPlace } from '../client/oci-client.ts'
import type { OciPorts } from '../client/ports.ts'
import { readPrivateKey } from '../signing/private-key.ts'
import { renewingSession } from './renewing-session.ts'
import { grantedSession } from './session-key.ts'
import type { GrantedSession } from './session-key.ts'
import { fixedSession } from './session.ts'
import type { Session } from './session.ts'
import { shownClaim } from './token-claims.ts'

/** A session that was begun elsewhere: by `oci session authenticate`, or by an earlier step. */
export interface SessionTokenSettings {
  readonly token: string
  readonly privateKey: string
  readonly passphrase: string | undefined
}

/**
 * A session from its token and key; it is extended while it lasts.
 * @throws ConfigurationError when it has ended already: then nothing can extend it.
 */
export async function sessionTokenSession(
  settings: SessionTokenSettings,
  place: OciPlace,
  ports: OciPorts,
): Promise<Session> {
  const token = settings.token.trim()
  ports.mask(token)
  ports.mask(settings.privateKey)
  const privateKey = readPrivateKey(settings.privateKey, settings.passphrase)
  let current = given(token, () => grantedSession(token, privateKey, 'the session token'))
  let isFirst = true
  if (current.expiresAt <= ports.clock.now()) throw ended(current)
  return renewingSession(
    {
      describe: ({ subject }) => `the session of ${shownClaim(subject ?? 'an unnamed principal')}`,
      async grant() {
        if (isFirst) isFirst = false
        else current = await extended(current, place, ports)
        return current
      },
    },
    ports.clock,
  )
}

function given(token: string, read: () => GrantedSession): GrantedSession {
  try {
    return read()
  } catch (error) {
    throw new ConfigurationError({
      title: 'The session token of OCI cannot be used',
      explanation: `It is no session token (${token.length} characters): ${messageOf(error)}`,
      remedy: 'Give the file "token" that "oci session authenticate" has written.',
      cause: error,
    })
  }
}

function ended({ expiresAt }: GrantedSession): ConfigurationError {
  return new ConfigurationError({
    title: 'The session of OCI has ended',
    explanation: `Its token was good until ${expiresAt.toISOString()}.`,
    remedy: 'Begin a new one ("oci session authenticate"), or let this step get a session itself.',
  })
}

/** A session is extended with a signature of its own, as long as it lasts. */
async function extended(
  current: GrantedSession,
  place: OciPlace,
  ports: OciPorts,
): Promise<GrantedSession> {
  const description = 'the session that is to be extended'
  const client = ociClient(fixedSession({ description }, current.key), place, ports)
  const { value } = await client.json(
    {
      service: 'auth',
      method: 'POST',
      path: '/authentication/refresh',
      body: { currentToken: current.token },
      doing: 'Extending the session',
    },
    v.object({ token: v.string() }),
  )
  ports.mask(value.token)
  return grantedSession(value.token, current.key.privateKey, 'OCI’s authentication service')
}
