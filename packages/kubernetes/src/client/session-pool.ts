import type { ClusterAccess } from './access.ts'
import type { Credential } from './credential.ts'
import { openSession } from './session.ts'
import type { Session } from './session.ts'

/** The session for the next request; undefined where the server speaks HTTP/1.1 only. */
export type SessionPool = (credential: Credential) => Promise<Session | undefined>

interface Opening {
  readonly certificate: string | undefined
  readonly session: Promise<Session | undefined>
}

/**
 * Keeps one session for as long as it and the client certificate last: the handshakes of many
 * connections cost the server as much as the requests that they carry.
 */
export function sessionPool(access: ClusterAccess): SessionPool {
  let current: Opening | undefined
  return async (credential) => {
    const { certificate } = credential
    const known = current
    if (known?.certificate === certificate && (await isUsable(known?.session))) {
      return known?.session
    }
    // Of many requests that find it gone, the first opens the next.
    if (current === known) current = { certificate, session: openSession(access, credential) }
    return current?.session
  }
}

async function isUsable(opening: Opening['session'] | undefined): Promise<boolean> {
  if (opening === undefined) return false
  try {
    const session = await opening
    return session?.isOpen() ?? true
  } catch {
    // Whoever opened it has been told.
    return false
  }
}
