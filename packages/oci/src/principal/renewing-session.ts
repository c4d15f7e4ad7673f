import { ServiceError } from '@oke-pipeline/core'
import type { Clock } from '@oke-pipeline/core'
import type { SigningKey } from '../signing/signed-headers.ts'
import type { GrantedSession } from './session-key.ts'
import type { Session } from './session.ts'

const renewBeforeSeconds = 300

/** How sessions are got, and who they are. */
export interface Renewal {
  /** Completes "signed by …"; gets what the token says of itself. */
  describe(granted: GrantedSession): string
  grant(): Promise<GrantedSession>
}

/**
 * A session that is renewed before it ends, or when it is refused. The first one is got at once, so
 * that what is wrong with the identity is said before any work is done.
 */
export async function renewingSession(renewal: Renewal, clock: Clock): Promise<Session> {
  const first = await grant()
  let granted: Promise<GrantedSession> | undefined = Promise.resolve(first)
  let current: GrantedSession | undefined = first
  return {
    description: renewal.describe(first),
    tenancy: first.tenancy,
    subject: first.subject,
    signingKey: async () => (await fresh()).key,
    granted: fresh,
    discard(refused: SigningKey) {
      // Calls run side by side: another one may have renewed it already.
      if (current?.key === refused) forget()
      return true
    },
  }

  async function fresh(): Promise<GrantedSession> {
    if (current !== undefined && isNearEnd(current, clock.now())) forget()
    granted ??= grant()
    try {
      current = await granted
      return current
    } catch (error) {
      forget()
      throw error
    }
  }

  function forget(): void {
    granted = undefined
    current = undefined
  }

  async function grant(): Promise<GrantedSession> {
    const session = await renewal.grant()
    if (session.expiresAt > clock.now()) return session
    throw new ServiceError({
      service: 'OCI',
      title: 'The session of OCI has ended before it began',
      explanation: `It is good until ${session.expiresAt.toISOString()}; the clock of this runner says ${clock.now().toISOString()}.`,
      remedy: 'Synchronise the clock of this runner (chrony, ntp).',
    })
  }
}

/** Five minutes before the end; of a short session, in its second half. */
function isNearEnd({ issuedAt, expiresAt }: GrantedSession, now: Date): boolean {
  const leftSeconds = (expiresAt.getTime() - now.getTime()) / 1000
  const start = issuedAt?.getTime() ?? expiresAt.getTime() - 3_600_000
  const lifetimeSeconds = (expiresAt.getTime() - start) / 1000
  return leftSeconds <= Math.min(renewBeforeSeconds, lifetimeSeconds / 2)
}
